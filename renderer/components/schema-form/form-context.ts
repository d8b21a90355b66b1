import { createContext, use } from 'react'
import type { Json } from '../../../electron/contract/json.ts'
import { pointerOf, valueAt, type JsonPath } from './json-path.ts'

/** What the fields of one form share. */
export interface FormState {
  /** Start of every id in the form, so that two forms can stand on one page. */
  id: string
  value: Json | undefined
  /** The JSON beside is broken: values are shown, and cannot be changed. */
  locked: boolean
  /** Messages to show at a path; missing values only once the user has been there, or tried to submit. */
  messagesAt(path: JsonPath): readonly string[]
  /** The same for everything inside the path, each with the place before it: `[1].name must be text`. */
  messagesInside(path: JsonPath): readonly string[]
  edit(path: JsonPath, value: Json | undefined): void
  /** The user left the field. */
  touch(path: JsonPath): void
  /** What stands in a control and cannot become a value; undefined once it can. */
  report(path: JsonPath, message: string | undefined): void
  /** What the user picked of several shapes. */
  chosen(path: JsonPath): number | undefined
  choose(path: JsonPath, branch: number): void
}

export const FormContext = createContext<FormState | undefined>(undefined)

export interface FieldState {
  id: string
  value: Json | undefined
  messages: readonly string[]
  /** Id of the element with the messages, while there are some. */
  describedBy: string | undefined
  locked: boolean
  set(value: Json | undefined): void
  touch(): void
}

export function useForm(): FormState {
  const form = use(FormContext)
  if (form === undefined) throw new Error('A field needs a SchemaForm around it.')
  return form
}

/** The id of the control at a path, for labels and for moving the focus to a problem. */
export function fieldId(formId: string, path: JsonPath): string {
  return `${formId}${pointerOf(path)}`
}

export function useField(path: JsonPath): FieldState {
  const form = useForm()
  const id = fieldId(form.id, path)
  const messages = form.messagesAt(path)
  return {
    id,
    value: valueAt(form.value, path),
    messages,
    describedBy: messages.length > 0 ? `${id}:problem` : undefined,
    locked: form.locked,
    set: (value) => form.edit(path, value),
    touch: () => form.touch(path),
  }
}
