import { styleText } from 'node:util'
import type { JobState } from '../../contract/job.ts'

type Format = Parameters<typeof styleText>[0]

const formats: Record<JobState, Format> = {
  waiting: 'yellow',
  delayed: 'yellow',
  'waiting-children': 'yellow',
  active: 'cyan',
  completed: 'green',
  failed: 'red',
  cancelled: 'gray',
}

/** Colour only on a terminal, and never with NO_COLOR: styleText looks at both. */
export function styled(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout })
}

export function stateText(state: JobState): string {
  return styled(formats[state], state)
}
