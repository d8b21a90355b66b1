import { useId } from 'react'
import type { SecretPath } from '../../../electron/contract/connection-profile.ts'
import { Button } from '../../components/button.tsx'
import { useForm } from './form-context.tsx'
import { describedBy, Frame } from './form-fields.tsx'

/** A password. What is stored is never read back: it is kept, replaced, or removed. */
export function SecretField({ path, label }: { path: SecretPath; label: string }) {
  const form = useForm()
  const id = useId()
  const stored = form.stored.includes(path)
  const typed = form.secrets[path]
  const problem = form.problems.get(`secrets.${path}`)
  const placeholder = typed === null ? 'Removed with Save' : stored ? 'Kept. Type to replace' : 'None'
  return (
    <Frame id={id} label={label} problem={problem} changed={typed !== undefined}>
      <span className={problem === undefined ? 'input' : 'input bad'}>
        <input
          id={id}
          type="password"
          autoComplete="new-password"
          data-path={`secrets.${path}`}
          value={typed ?? ''}
          placeholder={placeholder}
          disabled={form.locked !== undefined}
          aria-invalid={problem !== undefined}
          onChange={(event) => form.setSecret(path, event.target.value === '' ? undefined : event.target.value)}
          {...describedBy(id, { problem, changed: typed !== undefined })}
        />
        {stored && form.locked === undefined && (
          <Button
            variant="quiet"
            size="sm"
            aria-label={typed === undefined ? `Remove: ${label}` : `Keep: ${label}`}
            onClick={() => form.setSecret(path, typed === undefined ? null : undefined)}
          >
            {typed === undefined ? 'Remove' : 'Keep'}
          </Button>
        )}
      </span>
    </Frame>
  )
}
