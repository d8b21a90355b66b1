import { appendFileSync } from 'node:fs'

/** Leaves a line in a file each time it is run, so that what was lost or repeated shows there. */
export default {
  name: 'mark',
  title: 'Mark',
  input: {
    type: 'object',
    required: ['file', 'mark', 'ms'],
    properties: { file: { type: 'string' }, mark: { type: 'integer' }, ms: { type: 'number' } },
  },
  run({ file, mark, ms }: { file: string; mark: number; ms: number }) {
    appendFileSync(file, `${mark}\n`)
    return new Promise((resolve) => setTimeout(resolve, ms, null))
  },
}
