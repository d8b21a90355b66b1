import type { Job } from '../../../electron/contract/job.ts'
import { Clock } from '../../components/clock.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import { formatBytes, formatCpu, formatDuration, formatLoop } from '../../lib/format.ts'
import { useSamples, useThreads } from '../../lib/panel-context.tsx'

const none: readonly never[] = []

/** CPU, heap and event loop of the thread that runs the job, and its times. */
export function LiveFigures({ job }: { job: Job }) {
  const thread = useThreads((threads) => threads?.find((one) => one.job?.id === job.id))
  const samples = useSamples((state) => (thread === undefined ? none : (state.threads.get(thread.id) ?? none)))
  const since = thread?.job === undefined ? 0 : Date.parse(thread.job.since)
  // What the thread did before this job is not this job's.
  const own = samples.filter((sample) => sample.at >= since)
  const attempt = job.attempts.at(-1)
  const first = job.attempts[0]
  if (attempt === undefined) return null
  const tone = thread?.state === 'blocked' ? 'retry' : 'running'
  return (
    <div className="d-live">
      <div>
        <span className="l">CPU</span>
        <b className="num">{formatCpu(thread?.cpu)}</b>
        <Sparkline values={own.map((sample) => sample.cpu ?? 0)} tone={tone} max={1} />
      </div>
      <div>
        <span className="l">Heap</span>
        <b className="num">{formatBytes(thread?.heapBytes)}</b>
        <Sparkline values={own.map((sample) => sample.heapBytes ?? 0)} tone={tone} max={thread?.heapLimitBytes ?? 0} />
      </div>
      <div>
        <span className="l">Event loop</span>
        <b className="num">{formatLoop(thread?.loop)}</b>
        <Sparkline values={own.map((sample) => sample.loop ?? 0)} tone={tone} max={1} />
      </div>
      <dl>
        <dt>Started</dt>
        <dd>
          <Clock time={attempt.startedAt} />
        </dd>
        <dt>Running</dt>
        <dd className="num">
          <Elapsed since={attempt.startedAt} />
        </dd>
        <dt>Waited</dt>
        <dd className="num">
          {first === undefined ? '–' : formatDuration(Date.parse(first.startedAt) - Date.parse(job.createdAt))}
        </dd>
      </dl>
    </div>
  )
}
