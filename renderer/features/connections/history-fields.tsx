import { useForm } from './form-context.tsx'
import { ChoiceField, TextField } from './form-fields.tsx'
import { SecretField } from './secret-field.tsx'
import { TlsChoice, TlsDetails } from './tls-fields.tsx'
import { TunnelChoice, TunnelDetails } from './tunnel-fields.tsx'
import { useUrlPaste } from './use-url-paste.ts'

const kinds = [
  { value: 'embedded', label: 'Embedded PostgreSQL' },
  { value: 'postgres', label: 'PostgreSQL of yours' },
] as const

/** Where finished jobs, attempts and logs are kept. */
export function HistoryFields() {
  const { values } = useForm()
  const paste = useUrlPaste()
  const socket = values['history.host'].startsWith('/')
  return (
    <>
      <ChoiceField
        path="history.kind"
        label="History is kept in"
        options={kinds}
        help={
          values['history.kind'] === 'embedded'
            ? 'Comes with Toril. Kept in the data folder.'
            : 'Version 14 or newer. Toril makes its tables in a schema of its own.'
        }
      />
      {values['history.kind'] === 'postgres' && (
        <>
          <div className="ce-g three">
            <TextField path="history.host" label="History host" mono onPaste={paste} />
            <TextField path="history.port" label="Port" placeholder="5432" mono />
            <TextField path="history.database" label="Database name" mono />
          </div>
          <div className="f2">
            <TextField path="history.user" label="History user" placeholder="None" mono />
            <SecretField path="history.password" label="History password" />
          </div>
          {!socket && (
            <>
              <div className="f2">
                <TlsChoice path="history.tls" />
                <TunnelChoice path="history.tunnel" />
              </div>
              <TlsDetails path="history.tls" />
              <TunnelDetails path="history.tunnel" />
            </>
          )}
        </>
      )}
    </>
  )
}
