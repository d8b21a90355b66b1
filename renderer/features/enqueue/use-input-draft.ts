import { useMemo, useState } from 'react'
import type { JobType } from '../../../electron/contract/job-type.ts'
import type { Issue, Json } from '../../../electron/contract/json.ts'
import { buildField } from '../../components/schema-form/build-field.ts'
import { draftOf, formatted, withEdit, withText, type Draft } from '../../components/schema-form/draft.ts'
import type { Field } from '../../components/schema-form/field.ts'
import type { FormState } from '../../components/schema-form/form-context.ts'
import { pointerOf } from '../../components/schema-form/json-path.ts'
import { createChecker, type Problem } from '../../components/schema-form/problems.ts'
import { branchAt } from '../../components/schema-form/variants.ts'
import { messagesAt, messagesInside, visibleProblems } from './visible-problems.ts'

export interface InputDraft {
  field: Field
  draft: Draft
  form: FormState
  /** All that is wrong with the input, shown or not yet. */
  problems: readonly Problem[]
  visible: readonly Problem[]
  editText(text: string): void
  /** Starts again from this value. */
  start(value: Json | undefined): void
  format(): void
  /** From now on every problem shows. */
  attempt(): void
  /** What the runner had against the input. */
  refuse(issues: readonly Issue[]): void
}

const formId = 'input'

/** The input being written for one job type: text and form in step, and what is wrong with it. */
export function useInputDraft(type: JobType, initial: Draft): InputDraft {
  const field = useMemo(() => buildField(type.inputSchema), [type.inputSchema])
  const checker = useMemo(() => createChecker(type.inputSchema), [type.inputSchema])
  const [draft, setDraft] = useState(initial)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [typing, setTyping] = useState<string>()
  const [attempted, setAttempted] = useState(false)
  const [branches, setBranches] = useState<ReadonlyMap<string, number>>(new Map())
  const [unreadable, setUnreadable] = useState<ReadonlyMap<string, Issue>>(new Map())
  const [refused, setRefused] = useState<readonly Issue[]>([])

  const problems = useMemo((): Problem[] => {
    const { value } = draft
    if (value === undefined || draft.syntax !== undefined) return []
    const own = checker.problemsOf(value, (path) => branchAt(field, value, path, (at) => branches.get(pointerOf(at))))
    const said = [...unreadable.values(), ...refused]
    const places = new Set(own.map(({ path }) => pointerOf(path)))
    // Where both have something to say, it is about the same thing, and ours is already in place.
    return [
      ...own,
      ...said.filter(({ path }) => !places.has(pointerOf(path))).map((issue) => ({ ...issue, missing: false })),
    ]
  }, [draft, checker, field, branches, unreadable, refused])
  const visible = useMemo(
    () => visibleProblems(problems, { touched, typing, attempted }),
    [problems, touched, typing, attempted],
  )

  const change = (next: Draft): void => {
    setDraft(next)
    setRefused([])
  }
  const form: FormState = {
    id: formId,
    value: draft.value,
    locked: draft.syntax !== undefined && draft.text.trim() !== '',
    messagesAt: (path) => messagesAt(visible, path),
    messagesInside: (path) => messagesInside(visible, path),
    edit: (path, value) => {
      const pointer = pointerOf(path)
      setTyping(touched.has(pointer) ? undefined : pointer)
      change(withEdit(draft, path, value))
    },
    touch: (path) => {
      setTyping(undefined)
      setTouched((before) => new Set([...before, pointerOf(path)]))
    },
    report: (path, message) =>
      setUnreadable((before) => {
        const rest = [...before].filter(([pointer]) => pointer !== pointerOf(path))
        return new Map(message === undefined ? rest : [...rest, [pointerOf(path), { path: [...path], message }]])
      }),
    chosen: (path) => branches.get(pointerOf(path)),
    choose: (path, branch) => setBranches((before) => new Map([...before, [pointerOf(path), branch]])),
  }

  return {
    field,
    draft,
    form,
    problems,
    visible,
    editText: (text) => {
      setTyping(undefined)
      change(withText(draft, text))
    },
    start: (value) => {
      setTouched(new Set())
      setBranches(new Map())
      setAttempted(false)
      setTyping(undefined)
      change(draftOf(value))
    },
    format: () => setDraft(formatted(draft)),
    attempt: () => setAttempted(true),
    refuse: (issues) => {
      setRefused(issues)
      setAttempted(true)
    },
  }
}
