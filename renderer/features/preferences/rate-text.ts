import { rateLimitSchema, type RateLimit } from '../../../electron/contract/preferences.ts'
import { durationOfText, durationText } from '../../components/duration-text.ts'

/** A rate limit as it is edited: `10 in 1 s`. Reads back as the same limit. */
export function rateText({ max, durationMs }: RateLimit): string {
  return `${max} in ${durationText(durationMs)}`
}

/** What was typed as a rate limit: `10 in 1 s`, `100 per 5m`, `5/s`. Undefined when it is none. */
export function rateOfText(text: string): RateLimit | undefined {
  const match = /^(\d[\d,]*)\s*(?:jobs?\s*)?(?:in|per|\/)\s*(.+)$/i.exec(text.trim())
  if (match === null) return undefined
  const [, max = '', time = ''] = match
  // `5/s` and `5 per minute` mean one of it.
  const durationMs = durationOfText(/^[a-z]/i.test(time) ? `1 ${time}` : time)
  const limit = rateLimitSchema.safeParse({ max: Number(max.replaceAll(',', '')), durationMs })
  return limit.success ? limit.data : undefined
}
