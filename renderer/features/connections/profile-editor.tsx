import { useEffect, useEffectEvent, type KeyboardEvent } from 'react'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Kbd } from '../../components/kbd.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { AddressField } from './address-field.tsx'
import { EditorHead } from './editor-head.tsx'
import { FixedBy } from './fixed-by.tsx'
import { draftOf } from './form-draft.ts'
import { fittingSecrets } from './form-problems.ts'
import { FormProvider } from './form-context.tsx'
import type { FormPath, FormValues } from './form-values.ts'
import { HistoryFields } from './history-fields.tsx'
import { IdentityFields, SafetyFields } from './identity-fields.tsx'
import { QueueFields } from './queue-fields.tsx'
import { ServerPane } from './server-pane.tsx'
import { useConnectionTest, type TestInput } from './use-connection-test.ts'
import { useProfileActions } from './use-profile-actions.ts'
import { useProfileForm, type ProfileForm } from './use-profile-form.ts'

/** What a test is to look at: the stored profile, or the form as it stands with what is stored of its passwords. */
function testInputOf(form: ProfileForm, profile: ConnectionProfile | undefined): TestInput {
  if (profile !== undefined && !form.dirty) return { id: profile.id }
  const { draft } = draftOf(form.values)
  const named = { ...draft, name: draft.name === '' ? 'New profile' : draft.name }
  const secrets = fittingSecrets(draft, form.secrets)
  return { ...(profile === undefined ? {} : { id: profile.id }), draft: { ...named, secrets } }
}

/** The field that has the focus goes back to what is stored; from anywhere else the whole form does. */
function onEscape(event: KeyboardEvent, form: ProfileForm, discard: () => void): void {
  if (event.key !== 'Escape' || event.defaultPrevented || !form.dirty) return
  if (!(event.target instanceof HTMLElement) || event.target.getAttribute('aria-expanded') === 'true') return
  event.preventDefault()
  const path = event.target.dataset['path'] as FormPath | undefined
  if (path !== undefined && path in form.values && form.values[path] !== form.base[path]) {
    form.set(path, form.base[path])
  } else discard()
}

/** The form of one profile, and beside it what its servers say. Nothing is stored before Save. */
export function ProfileEditor({
  formKey,
  profile,
  base,
  note,
  locked,
  inUse,
  fixedByEnvironment,
  folders,
  reload,
}: {
  formKey: string
  /** Absent for a new one. */
  profile: ConnectionProfile | undefined
  base: FormValues
  note?: string | undefined
  locked: string | undefined
  inUse: boolean
  fixedByEnvironment: boolean
  folders: readonly string[]
  reload(): void
}) {
  const form = useProfileForm(formKey, base, profile?.secretsSet ?? [], locked)
  const actions = useProfileActions(form, profile, reload)
  const input = testInputOf(form, profile)
  const test = useConnectionTest(({ issues }) => form.showProblems(issues))
  const fresh = profile === undefined

  const onSave = useEffectEvent((event: globalThis.KeyboardEvent) => {
    if (event.key.toLowerCase() !== 's' || !(event.metaKey || event.ctrlKey) || event.shiftKey) return
    event.preventDefault()
    actions.save()
  })
  useEffect(() => {
    window.addEventListener('keydown', onSave)
    return () => window.removeEventListener('keydown', onSave)
  }, [])

  // The form of the new profile, which had the focus, is gone: it goes on where the stored one begins.
  useEffect(() => {
    const state: unknown = history.state
    if (typeof state !== 'object' || state === null || !('saved' in state)) return
    history.replaceState(null, '')
    document.getElementById('ce-h')?.focus()
  }, [])

  return (
    <FormProvider form={form}>
      <section className="cn-e" aria-labelledby="ce-h" onKeyDown={(event) => onEscape(event, form, actions.discard)}>
        <EditorHead
          profile={profile}
          title={form.values.name.trim() || (profile?.name ?? 'New profile')}
          inUse={inUse}
          dirty={form.dirty}
          fixedByEnvironment={fixedByEnvironment}
          onRemove={actions.remove}
        />
        <form
          className="ce-b scroll"
          aria-labelledby="ce-h"
          onSubmit={(event) => {
            event.preventDefault()
            actions.save()
          }}
        >
          {locked !== undefined && <p className="ce-note">{locked}</p>}
          {note !== undefined && <p className="ce-note">{note}</p>}
          {locked === undefined && <AddressField first={fresh} />}
          <IdentityFields folders={folders} />
          <h3 className="ps-h">Queue</h3>
          <FixedBy field="profile.queue" />
          <QueueFields />
          <h3 className="ps-h">History</h3>
          <FixedBy field="profile.history" />
          <HistoryFields />
          <h3 className="ps-h">Safety</h3>
          <SafetyFields />
          {/* Enter in a field saves, as in any form. */}
          <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
        </form>
        <footer className="ce-f" role="region" aria-label="Unsaved changes">
          {form.dirty && actions.failure === undefined && <span className="chg-dot" />}
          {actions.failure !== undefined ? (
            <span className="ce-x t-failed" role="alert">
              <StateGlyph name="failed" label={false} />
              <span>{actions.failure}</span>
            </span>
          ) : (
            <span className="sec cut" role="status">
              {form.dirty ? 'Not saved' : fresh ? '' : 'All saved'}
            </span>
          )}
          <span className="grow" />
          {form.dirty && (
            <Button variant="quiet" onClick={actions.discard}>
              {fresh ? 'Clear' : 'Revert'}
            </Button>
          )}
          <Button
            variant="primary"
            aria-keyshortcuts="Control+S"
            disabledReason={
              locked ?? (actions.busy ? 'It is being saved' : !fresh && !form.dirty ? 'Nothing is changed' : undefined)
            }
            onClick={() => actions.save()}
          >
            Save
            <span className="keys">
              <Kbd keys="Mod+S" />
            </span>
          </Button>
        </footer>
      </section>
      <ServerPane
        profile={profile}
        inUse={inUse}
        test={test}
        stale={test.of !== JSON.stringify(input)}
        onTest={(acceptHostKey) =>
          test.run({ ...input, ...(acceptHostKey === undefined ? {} : { acceptHostKey }) }, JSON.stringify(input))
        }
      />
      {actions.wantsName && profile !== undefined && (
        <ConfirmDialog
          title={`Make ${profile.name} less safe?`}
          confirmLabel="Save all the same"
          typed={profile.name}
          onClose={actions.closeQuestion}
          onConfirm={() => actions.save(profile.name)}
        >
          <p>
            It is a production profile. Without read-only its jobs can be enqueued, cancelled and removed, and a runner
            takes them; without the tag nothing more is asked before many are touched.
          </p>
        </ConfirmDialog>
      )}
    </FormProvider>
  )
}
