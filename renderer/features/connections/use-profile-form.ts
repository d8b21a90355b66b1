import { useState } from 'react'
import { useStore } from 'zustand'
import type { SecretPath } from '../../../electron/contract/connection-profile.ts'
import { usePanel } from '../../lib/panel-context.tsx'
import type { ProfileEdits } from '../../stores/profile-drafts.ts'
import { placeIssues, problemsOf, type ProblemPath } from './form-problems.ts'
import type { FormPath, FormValues } from './form-values.ts'

const none: ProfileEdits = { values: {}, secrets: {} }

export interface ProfileForm {
  values: FormValues
  base: FormValues
  secrets: ProfileEdits['secrets']
  /** Passwords that are stored. */
  stored: readonly SecretPath[]
  dirty: boolean
  /** What is shown at the fields: of those that were left, of all once Save was tried, and what the runner refused. */
  problems: ReadonlyMap<ProblemPath, string>
  /** Whether anything would be refused as it stands. */
  blocked: boolean
  /** Why a profile cannot be changed here at all. */
  locked: string | undefined
  fill(values: Partial<Record<FormPath, string>>, secrets?: Readonly<Record<string, string>>): void
  set(path: FormPath, text: string): void
  /** Undefined keeps what is stored, null removes it. */
  setSecret(path: SecretPath, text: string | null | undefined): void
  leave(path: FormPath): void
  giveBack(): ProfileEdits
  restore(edits: ProfileEdits): void
  /** Shows every problem; the answer of the runner with it. */
  showProblems(issues?: readonly { path: readonly (string | number)[]; message: string }[]): string | undefined
}

/** The form of one profile: what is stored, and over it what waits to be saved. */
export function useProfileForm(
  key: string,
  base: FormValues,
  stored: readonly SecretPath[],
  locked: string | undefined,
): ProfileForm {
  const { profileDrafts } = usePanel().stores
  const edits = useStore(profileDrafts, (state) => state.edits.get(key)) ?? none
  const [left, setLeft] = useState<ReadonlySet<FormPath>>(new Set())
  const [tried, setTried] = useState(false)
  const [refused, setRefused] = useState<ReadonlyMap<ProblemPath, string>>(new Map())
  const values = { ...base, ...edits.values }
  const local = problemsOf(values)
  const shown = [...local].filter(([path]) => tried || left.has(path as FormPath))

  const put = (next: ProfileEdits): void => {
    const changed = Object.entries(next.values).filter(([path, text]) => base[path as FormPath] !== text)
    profileDrafts.getState().put(key, { ...next, values: Object.fromEntries(changed) })
  }
  const now = (): ProfileEdits => profileDrafts.getState().edits.get(key) ?? none
  const forget = (paths: readonly string[]): void =>
    setRefused((before) => new Map([...before].filter(([path]) => !paths.includes(path))))

  const fill: ProfileForm['fill'] = (more, secrets = {}) => {
    put({ values: { ...now().values, ...more }, secrets: { ...now().secrets, ...secrets } })
    forget([...Object.keys(more), ...Object.keys(secrets).map((path) => `secrets.${path}`)])
  }

  return {
    values,
    base,
    secrets: edits.secrets,
    stored,
    dirty: edits !== none,
    problems: new Map([...refused, ...shown]),
    blocked: local.size > 0,
    locked,
    fill,
    set: (path, text) => fill({ [path]: text }),
    setSecret: (path, text) => {
      const { [path]: _before, ...others } = now().secrets
      put({ ...now(), secrets: text === undefined ? others : { ...others, [path]: text } })
      forget([`secrets.${path}`])
    },
    leave: (path) => {
      if (!left.has(path)) setLeft(new Set([...left, path]))
    },
    giveBack: () => {
      const before = now()
      profileDrafts.getState().put(key, undefined)
      setTried(false)
      setLeft(new Set())
      setRefused(new Map())
      return before
    },
    restore: put,
    showProblems: (issues = []) => {
      setTried(true)
      const placed = placeIssues(issues.map(({ path, message }) => ({ path: path.join('.'), message })))
      setRefused(placed.problems)
      return placed.rest
    },
  }
}
