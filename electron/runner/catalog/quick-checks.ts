import type { ReadyChecks } from '../../../workers/protocol.ts'
import { loadCheck } from '../../../workers/ready-checks.ts'
import { validateWith, type Validated } from '../../../workers/validate.ts'

/**
 * With these a check can take far longer than its input is long: a pattern may go back over it again and again,
 * each item may be compared with each other, and what refers to itself may be looked at once for each way to it.
 * They are left to a thread, which may hang without holding up the runner.
 */
const slow = /"(?:pattern|patternProperties|uniqueItems|contains|\$ref|\$dynamicRef|\$recursiveRef)"/

/** Checks of inputs that are quick enough for the runner's own process: a thread costs a message each way. */
export class QuickChecks {
  readonly #made = new WeakMap<object, (value: unknown) => Validated>()

  /** Undefined when the check belongs into a thread. */
  of(check: NonNullable<ReadyChecks['input']>): ((value: unknown) => Validated) | undefined {
    const known = this.#made.get(check)
    if (known !== undefined) return known
    if (slow.test(check.schema)) return undefined
    const made = validateWith(loadCheck(check.javaScript))
    this.#made.set(check, made)
    return made
  }
}
