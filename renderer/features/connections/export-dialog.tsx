import { useState } from 'react'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { Segmented } from '../../components/segmented.tsx'
import { counted } from '../../components/words.ts'
import { toPanelError } from '../../lib/errors.ts'
import { useClient, useToast } from '../../lib/panel-context.tsx'
import { Dialog, DialogField } from './dialog.tsx'
import { profileFileName, saveFile } from './save-file.ts'

/** Shortest passphrase the runner takes. */
const shortest = 8

function refusalOf(sealed: boolean, passphrase: string, again: string, busy: boolean): string | undefined {
  if (busy) return 'It is being exported'
  if (!sealed) return undefined
  if (passphrase.length < shortest) return `The passphrase needs ${shortest} characters`
  return passphrase === again ? undefined : 'The two are not the same'
}

/** One profile or all of them as a file, with or without their passwords. */
export function ExportDialog({ profile, onClose }: { profile?: ConnectionProfile; onClose(): void }) {
  const client = useClient()
  const toast = useToast()
  const [sealed, setSealed] = useState(false)
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()

  const run = (): void => {
    setBusy(true)
    setFailure(undefined)
    client.profiles
      .export({ ...(profile === undefined ? {} : { ids: [profile.id] }), ...(sealed ? { passphrase } : {}) })
      .then((file) => {
        const name = profileFileName(profile?.name)
        saveFile(name, `${JSON.stringify(file, undefined, 2)}\n`)
        toast({ glyph: 'done', title: `${counted(file.profiles.length, 'profile')} exported`, detail: name })
        onClose()
      })
      .catch((error: unknown) => setFailure(toPanelError(error).message))
      .finally(() => setBusy(false))
  }

  return (
    <Dialog
      title={profile === undefined ? 'Export all profiles' : `Export ${profile.name}`}
      submitLabel="Export"
      disabledReason={refusalOf(sealed, passphrase, again, busy)}
      onSubmit={run}
      onClose={onClose}
    >
      <div className="f">
        <Segmented
          label="Passwords"
          value={sealed ? 'with' : 'without'}
          full
          options={[
            { value: 'without', label: 'Without passwords' },
            { value: 'with', label: 'With passwords, sealed' },
          ]}
          onChange={(value) => setSealed(value === 'with')}
        />
      </div>
      {sealed ? (
        <>
          <DialogField
            label="Passphrase"
            type="password"
            value={passphrase}
            help={`At least ${shortest} characters. Whoever imports the file needs it; it cannot be found again.`}
            onChange={setPassphrase}
          />
          <DialogField
            label="The same again"
            type="password"
            value={again}
            problem={passphrase.startsWith(again) ? undefined : 'It is not the same.'}
            onChange={setAgain}
          />
        </>
      ) : (
        <p>Whoever imports the file enters the passwords anew.</p>
      )}
      {failure !== undefined && (
        <p className="f-err" role="alert">
          {failure}
        </p>
      )}
    </Dialog>
  )
}
