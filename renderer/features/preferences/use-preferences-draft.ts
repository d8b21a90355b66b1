import { useState } from 'react'
import type { Preferences } from '../../../electron/contract/preferences.ts'
import { counted } from '../../components/words.ts'
import { toPanelError } from '../../lib/errors.ts'
import { usePanel, useToast } from '../../lib/panel-context.tsx'
import { changesOf, namedText, patchOf, problemsOf, type Change, type Edits } from './preferences-draft.ts'
import type { SettingValue } from './settings.ts'

export interface PreferencesDraft {
  changes: readonly Change[]
  /** Why a setting cannot be applied, or was not, by path. */
  problems: ReadonlyMap<string, string>
  /** Paths of changes that have no valid value yet. */
  invalid: ReadonlyMap<string, string>
  /** Why nothing was applied, when no setting is to blame. */
  failure: string | undefined
  busy: boolean
  /** Grows when values went back by themselves: fields then forget what was typed into them. */
  turn: number
  edit(path: string, value: SettingValue): void
  undo(path: string): void
  discard(): void
  apply(): void
}

/** Edits that wait for Apply. What the runner refuses goes back to what it was, and says why. */
export function usePreferencesDraft(saved: Preferences): PreferencesDraft {
  const { client, stores } = usePanel()
  const toast = useToast()
  const [edits, setEdits] = useState<Edits>(new Map())
  const [refused, setRefused] = useState<ReadonlyMap<string, string>>(new Map())
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [turn, setTurn] = useState(0)
  const changes = changesOf(saved, edits)
  const invalid = problemsOf(saved, changes)

  const without = <Value>(map: ReadonlyMap<string, Value>, paths: readonly string[]): ReadonlyMap<string, Value> =>
    new Map([...map].filter(([path]) => !paths.includes(path)))

  function refuse(error: unknown): void {
    const { message, issues } = toPanelError(error)
    const blamed = new Map(
      issues
        .map((issue) => [issue.path.join('.'), `Not applied: ${namedText(issue.message)}`] as const)
        .filter(([path]) => changes.some((change) => change.setting.path === path)),
    )
    setRefused(blamed)
    setEdits((before) => without(before, [...blamed.keys()]))
    setFailure(blamed.size === 0 ? namedText(message) : undefined)
    if (blamed.size > 0) setTurn((before) => before + 1)
  }

  return {
    changes,
    invalid,
    problems: new Map([...refused, ...invalid]),
    failure,
    busy,
    turn,
    edit: (path, value) => {
      setEdits((before) => new Map([...before, [path, value]]))
      setRefused((before) => without(before, [path]))
      setFailure(undefined)
    },
    undo: (path) => {
      setEdits((before) => without(before, [path]))
      setFailure(undefined)
    },
    discard: () => {
      setEdits(new Map())
      setRefused(new Map())
      setFailure(undefined)
      setTurn((before) => before + 1)
    },
    apply: () => {
      if (busy || changes.length === 0 || invalid.size > 0) return
      setBusy(true)
      setFailure(undefined)
      setRefused(new Map())
      client.preferences
        .update(patchOf(changes))
        .then((preferences) => {
          stores.preferences.setState({ value: preferences })
          setEdits(new Map())
          toast({ glyph: 'done', title: `${counted(changes.length, 'change')} applied` })
        }, refuse)
        .finally(() => setBusy(false))
    },
  }
}
