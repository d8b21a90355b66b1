import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Json } from '../../../electron/contract/json.ts'
import { joined } from '../../components/words.ts'
import { toPanelError } from '../../lib/errors.ts'
import { useClient, useToast } from '../../lib/panel-context.tsx'
import { Dialog, DialogField } from './dialog.tsx'

export interface PickedFile {
  name: string
  contents: Json
}

/** Whether the file says that it holds passwords. The runner checks everything else. */
function hasSecrets(contents: Json): boolean {
  return typeof contents === 'object' && contents !== null && 'secrets' in contents
}

function countOf(contents: Json): number | undefined {
  const profiles = typeof contents === 'object' && contents !== null && 'profiles' in contents && contents['profiles']
  return Array.isArray(profiles) ? profiles.length : undefined
}

/** Adds the profiles of a file. Nothing that is there is overwritten: a name that is taken gets a number. */
export function ImportDialog({ file, onDone, onClose }: { file: PickedFile; onDone(): void; onClose(): void }) {
  const client = useClient()
  const toast = useToast()
  const [, navigate] = useLocation()
  const [passphrase, setPassphrase] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<{ code: string; message: string }>()
  const sealed = hasSecrets(file.contents)
  const count = countOf(file.contents)

  const run = (): void => {
    setBusy(true)
    setFailure(undefined)
    client.profiles
      .import({ file: file.contents, ...(passphrase === '' ? {} : { passphrase }) })
      .then(({ profiles, secretsLeftOut }) => {
        toast({
          glyph: 'done',
          title: `Imported: ${joined(profiles.map(({ name }) => name).slice(0, 4))}${profiles.length > 4 ? ' and more' : ''}`,
          ...(secretsLeftOut ? { detail: 'Without their passwords: no passphrase was given.' } : {}),
        })
        const [first] = profiles
        onDone()
        onClose()
        if (first !== undefined) navigate(`/connections/${first.id}`)
      })
      .catch((error: unknown) => setFailure(toPanelError(error)))
      .finally(() => setBusy(false))
  }

  return (
    <Dialog
      title="Import profiles"
      submitLabel="Import"
      disabledReason={busy ? 'It is being imported' : undefined}
      onSubmit={run}
      onClose={onClose}
    >
      <p>
        <b>{file.name}</b>
        {count !== undefined && ` holds ${count === 1 ? 'one profile' : `${count} profiles`}`}
        {sealed ? ', and passwords under a passphrase.' : '.'} Profiles that are here stay as they are.
      </p>
      {sealed && (
        <DialogField
          label="Passphrase"
          type="password"
          value={passphrase}
          help="Left empty, the profiles are imported without their passwords."
          problem={failure?.code === 'WRONG_PASSPHRASE' ? failure.message : undefined}
          first
          onChange={(value) => {
            setPassphrase(value)
            setFailure(undefined)
          }}
        />
      )}
      {failure !== undefined && failure.code !== 'WRONG_PASSPHRASE' && (
        <p className="f-err" role="alert">
          {failure.message}
        </p>
      )}
    </Dialog>
  )
}
