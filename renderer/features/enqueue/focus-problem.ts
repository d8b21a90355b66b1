import { fieldId } from '../../components/schema-form/form-context.ts'
import type { JsonPath } from '../../components/schema-form/json-path.ts'

/** Moves the focus to the control at a path, or to what holds it. Answers whether there was one. */
export function focusField(root: Document, formId: string, path: JsonPath): boolean {
  for (let length = path.length; length >= 0; length -= 1) {
    const control = root.getElementById(fieldId(formId, path.slice(0, length)))
    if (control === null) continue
    // A group of choices takes the focus at the one that is reached with Tab.
    const target = control.querySelector<HTMLElement>('[role="radio"][tabindex="0"], .fix') ?? control
    target.focus()
    control.scrollIntoView({ block: 'nearest' })
    return true
  }
  return false
}
