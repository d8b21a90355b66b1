import { appendFileSync } from 'node:fs'

interface Input {
  /** The file where each attempt leaves a line when it begins, and one when it is done. */
  ledger: string
  n: number
  ms: number
  /** `sleep` waits, `spin` never yields meanwhile; the others end badly, `exit` and `throw` on the first attempt only. */
  way: 'sleep' | 'spin' | 'exit' | 'throw' | 'fail'
}

/** Leaves its effect outside of Toril, so that what was lost or repeated shows there. */
export default {
  name: 'count',
  title: 'Count',
  input: { type: 'object', required: ['ledger', 'n', 'ms', 'way'] },
  async run({ ledger, n, ms, way }: Input, ctx: { jobId: string; attempt: number }) {
    const note = (word: string) => appendFileSync(ledger, `${ctx.jobId} ${word} ${ctx.attempt} ${way} ${Date.now()}\n`)
    note('begun')
    if (way === 'spin') {
      const until = performance.now() + ms
      while (performance.now() < until);
    } else {
      await new Promise((resolve) => setTimeout(resolve, ms))
    }
    if (way === 'exit' && ctx.attempt === 1) process.exit(3)
    if (way === 'fail' || (way === 'throw' && ctx.attempt === 1)) {
      throw Object.assign(new Error('As it was told to.'), { code: 'TOLD_TO' })
    }
    note('done')
    return n
  },
}
