import type { Why, WhyFix } from '../../contract/why.ts'
import { oneLine } from './format.ts'
import { styled } from './style.ts'
import { table } from './table.ts'

/** The command that does what the fix says. */
function commandOf({ action, target }: WhyFix, id: string): string {
  switch (action) {
    case 'resume':
      return 'toril resume'
    case 'promote':
      return `toril promote ${id}`
    case 'job':
      return `toril job ${target ?? ''}`
    case 'preferences':
      return target === 'queue.rateLimit'
        ? 'toril preferences set queue.rateLimit=null'
        : `toril preferences set ${target ?? ''}=<value>`
  }
}

/** The checklist, one line a check, with what to run about those that fail. Undefined when nothing keeps the job. */
export function whyText({ id, checks }: Why): string | undefined {
  if (checks.length === 0) return undefined
  const rows = checks.map(({ ok, message, fix }) => [
    ok ? styled('green', 'ok') : styled('yellow', 'no'),
    oneLine(message, 300),
    !ok && fix !== undefined ? commandOf(fix, id) : '',
  ])
  return table([{ title: '' }, { title: 'WHY IT IS NOT RUNNING' }, { title: 'WHAT TO RUN' }], rows)
}
