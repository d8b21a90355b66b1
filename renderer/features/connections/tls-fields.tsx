import { Icon } from '../../components/icon.tsx'
import { useForm } from './form-context.tsx'
import { ChoiceField, TextField } from './form-fields.tsx'
import { More } from './more.tsx'
import { SecretField } from './secret-field.tsx'

const modes = [
  { value: 'off', label: 'None' },
  { value: 'verify', label: 'TLS, verify certificate' },
  { value: 'any', label: 'TLS, do not verify' },
] as const

export type TlsPath = 'queue.tls' | 'queue.sentinelTls' | 'history.tls'

/** The choice alone; what belongs to it stands below, over the whole width. */
export function TlsChoice({ path, label = 'Encryption' }: { path: TlsPath; label?: string }) {
  return <ChoiceField path={path} label={label} options={modes} />
}

export function TlsDetails({ path }: { path: TlsPath }) {
  const { values, problems } = useForm()
  if (values[path] === 'off') return null
  const files = ['caFile', 'certFile', 'keyFile', 'serverName'] as const
  const used = files.some((name) => values[`${path}.${name}`] !== '' || problems.has(`${path}.${name}`))
  return (
    <>
      {values[path] === 'any' && (
        <p className="ce-warn" role="note">
          <Icon name="warn" className="sm" />
          <span>
            <b>Any certificate is taken.</b> Whoever sits in between can read the password and change every job. Give
            the server’s own authority below instead.
          </span>
        </p>
      )}
      <More label="Certificates" open={used}>
        <div className="f2">
          <TextField path={`${path}.caFile`} label="Authority file" placeholder="The system’s authorities" mono />
          <TextField path={`${path}.serverName`} label="Name in the certificate" placeholder="The host’s" mono />
          <TextField path={`${path}.certFile`} label="Client certificate file" placeholder="None" mono />
          <TextField path={`${path}.keyFile`} label="Client key file" placeholder="None" mono />
          {values[`${path}.keyFile`] !== '' && (
            <SecretField path={`${path}.keyPassphrase`} label="Passphrase of the key" />
          )}
        </div>
        <p className="f-help">
          PEM files on the runner’s computer, by absolute path. They are read when the profile is opened: after one was
          renewed, use another profile and then this one again.
        </p>
      </More>
    </>
  )
}
