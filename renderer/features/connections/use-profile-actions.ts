import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { toPanelError, type PanelError } from '../../lib/errors.ts'
import { useClient, useToast } from '../../lib/panel-context.tsx'
import { fittingSecrets } from './form-problems.ts'
import { draftOf } from './form-draft.ts'
import { patchOf } from './form-patch.ts'
import type { ProfileForm } from './use-profile-form.ts'

export interface ProfileActions {
  busy: boolean
  /** Why nothing was saved, where no field is to blame. */
  failure: string | undefined
  /** The runner wants the profile's name to be typed before it takes this change. */
  wantsName: boolean
  /** `confirm`: the name of a production profile, as it was typed. */
  save(confirm?: string): void
  closeQuestion(): void
  remove(): void
  discard(): void
}

/** Leads to the first field with a problem, once it is drawn: a frame may come before that. */
function useFocusProblem(): () => void {
  const [asked, ask] = useState(0)
  useEffect(() => {
    if (asked > 0) document.querySelector<HTMLElement>('.ce-b [aria-invalid="true"]')?.focus()
  }, [asked])
  return () => ask((times) => times + 1)
}

/** Save, give back and remove, for the form of a stored profile or of a new one. */
export function useProfileActions(
  form: ProfileForm,
  profile: ConnectionProfile | undefined,
  reload: () => void,
): ProfileActions {
  const client = useClient()
  const toast = useToast()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const [wantsName, setWantsName] = useState(false)
  const focusProblem = useFocusProblem()

  const refuse = (error: PanelError): void => {
    if (error.code === 'CONFIRMATION_REQUIRED') return setWantsName(true)
    const rest = form.showProblems(error.issues)
    setFailure(error.issues.length === 0 ? error.message : rest)
    focusProblem()
  }

  const write = async (confirm: string | undefined): Promise<ConnectionProfile> => {
    const { draft } = draftOf(form.values)
    const secrets = fittingSecrets(draft, form.secrets)
    if (profile === undefined) return client.profiles.create({ ...draft, secrets })
    const patch = patchOf(draftOf(form.base).draft, draft)
    return client.profiles.update({ id: profile.id, ...patch, secrets, ...(confirm === undefined ? {} : { confirm }) })
  }

  return {
    busy,
    failure,
    wantsName,
    closeQuestion: () => setWantsName(false),
    save: (confirm) => {
      if (busy || (profile !== undefined && !form.dirty)) return
      setFailure(undefined)
      if (form.blocked) {
        form.showProblems()
        focusProblem()
        return
      }
      setBusy(true)
      write(confirm)
        .then(
          (saved) => {
            form.giveBack()
            toast({ glyph: 'done', title: `${saved.name} saved` })
            if (profile === undefined) navigate(`/connections/${saved.id}`, { replace: true, state: { saved: true } })
            reload()
          },
          (caught: unknown) => refuse(toPanelError(caught)),
        )
        .finally(() => setBusy(false))
    },
    remove: () => {
      if (profile === undefined) return
      client.profiles.remove({ id: profile.id }).then(
        () => {
          form.giveBack()
          toast({ title: `${profile.name} removed` })
          navigate('/connections', { replace: true })
          reload()
        },
        (caught: unknown) => setFailure(toPanelError(caught).message),
      )
    },
    discard: () => {
      setFailure(undefined)
      const before = form.giveBack()
      toast({ title: 'Changes given back', action: { label: 'Undo', run: () => form.restore(before) } })
    },
  }
}
