import type { CSSProperties } from 'react'
import { Link } from 'wouter'
import type { Thread } from '../../electron/contract/runner.ts'
import { formatBytes, formatCpu } from '../lib/format.ts'
import { usePreferences, useThreads } from '../lib/panel-context.tsx'

const classes: Record<Thread['state'], string> = {
  busy: '',
  idle: 'idle',
  starting: 'starting',
  blocked: 'blocked',
  cancelling: 'cancelling',
  retiring: 'retiring',
}

const busyStates: readonly Thread['state'][] = ['busy', 'cancelling', 'blocked']

/** `2 of 4 busy`, `4 idle`: what the strip says in words. */
export function describePool(threads: readonly Thread[]): string {
  const busy = threads.filter((thread) => busyStates.includes(thread.state) || thread.job !== undefined).length
  if (threads.length === 0) return 'none yet'
  return busy === 0 ? `${threads.length} idle` : `${busy} of ${threads.length} busy`
}

/** A known share is drawn as it is; a busy thread that has not been measured yet still shows that it works. */
function barHeight(thread: Thread): string {
  if (thread.state === 'blocked') return '100%'
  return `${Math.round(Math.min(1, Math.max(0.06, thread.cpu ?? 0.5)) * 100)}%`
}

/** Every thread on every screen: a bar each, height is CPU, pattern is state. */
export function PoolStrip() {
  const threads = useThreads((list) => list) ?? []
  const spare = usePreferences((preferences) => preferences?.pool.maxThreads ?? 0) - threads.length
  const words = describePool(threads)
  const cpu = threads.some((thread) => thread.cpu !== undefined)
    ? threads.reduce((sum, thread) => sum + (thread.cpu ?? 0), 0) / threads.length
    : undefined
  const heap = threads.some((thread) => thread.heapBytes !== undefined)
    ? threads.reduce((sum, thread) => sum + (thread.heapBytes ?? 0), 0)
    : undefined
  return (
    <Link className="pool" href="/threads" aria-label={`Threads: ${words}. Open Threads`}>
      <span className="pool-h">
        <span>Threads</span>
        <span className="n">{words}</span>
      </span>
      <span className="pool-bars" aria-hidden="true">
        {threads.map((thread) => (
          <span key={`${thread.runner} ${thread.id}`} className={`bw ${classes[thread.state]}`}>
            {thread.state !== 'idle' && thread.state !== 'starting' && (
              <i style={{ '--v': barHeight(thread) } as CSSProperties} />
            )}
          </span>
        ))}
        {Array.from({ length: Math.max(0, spare) }, (_, index) => (
          <span key={index} className="bw spare" />
        ))}
      </span>
      <span className="pool-f">
        <span>CPU {formatCpu(cpu)}</span>
        <span>{formatBytes(heap)} heap</span>
      </span>
    </Link>
  )
}
