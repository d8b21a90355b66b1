import { formatElapsed, toMs } from '../lib/format.ts'
import { useNow } from '../lib/use-now.ts'

/** Time since `since`, counted here. Not announced: counters never are. */
export function Elapsed({ since, plus = 0 }: { since: string | number; plus?: number }) {
  const from = toMs(since) ?? 0
  // Under ten seconds a tenth is shown, so it has to tick as often.
  const now = useNow(Date.now() - from < 10_000 ? 100 : 1000)
  return <span className="num">{formatElapsed(Math.max(0, now - from) + plus)}</span>
}
