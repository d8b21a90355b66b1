import { useEffect, useState } from 'react'
import { useConnection } from './panel-context.tsx'

/**
 * The runner's clock in epoch ms, ticking. Elapsed times are counted here, not sent. While the line
 * is down it stands still at the last word of the runner, for nothing is known after that.
 */
export function useNow(everyMs = 1000): number {
  const line = useConnection((state) => state.line)
  const offset = useConnection((state) => state.clockOffsetMs)
  const [now, setNow] = useState(() => Date.now())
  const live = line === 'open'
  useEffect(() => {
    if (!live) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [live, everyMs])
  return now + offset
}

/** This computer's clock, ticking whatever the line does: for "trying again in 4 s". */
export function useWallClock(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
