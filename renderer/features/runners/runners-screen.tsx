import { Clock } from '../../components/clock.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { Empty, Skeleton } from '../../components/region-states.tsx'
import type { Runner } from '../../../electron/contract/runner.ts'
import { formatCount, plural } from '../../lib/format.ts'
import { useRunners } from '../../lib/panel-context.tsx'
import { Meter } from '../../components/meter.tsx'
import './runners.css'

const kinds: Record<Runner['kind'], string> = { desktop: 'Desktop app', headless: 'Headless' }

function RunnerRow({ runner }: { runner: Runner }) {
  return (
    <tr>
      <th scope="row">
        <b>{runner.host}</b>
        {runner.self && <span className="tag running">This one</span>}
        <small className="mono" title={runner.id}>
          pid {runner.pid}
        </small>
      </th>
      <td>
        {kinds[runner.kind]}
        <small>{runner.version}</small>
      </td>
      <td>
        <span className="num">
          {runner.busyThreads} of {runner.threads} busy
        </span>
        <Meter
          kind="meter"
          value={runner.threads === 0 ? 0 : runner.busyThreads / runner.threads}
          label={`Busy threads of ${runner.host}`}
        />
      </td>
      <td className="num">
        {formatCount(runner.active)} of {formatCount(runner.concurrency)}
      </td>
      <td>
        <span className="rn-types" title={runner.jobTypes.join(', ')}>
          {plural(runner.jobTypes.length, 'type')}
          <small className="cut">{runner.jobTypes.join(', ')}</small>
        </span>
      </td>
      <td className="num">
        <Clock time={runner.startedAt} />
      </td>
      <td className="num">
        {runner.self ? (
          'now'
        ) : (
          <>
            <Elapsed since={runner.lastSeenAt} /> ago
          </>
        )}
      </td>
    </tr>
  )
}

/** The processes that take jobs from this queue. */
export function RunnersScreen() {
  const runners = useRunners((list) => list)
  return (
    <>
      <div className="head">
        <h1>Runners</h1>
        <span className="meta">
          {runners === undefined
            ? ''
            : `${plural(runners.length, 'process takes', 'processes take')} jobs from this queue`}
        </span>
      </div>
      <div className="rn scroll">
        {runners === undefined ? (
          <Skeleton rows={3} />
        ) : runners.length === 0 ? (
          <div className="middle">
            <Empty icon="runners" title="No runner is on">
              Jobs wait until one is started.
            </Empty>
          </div>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Computer</th>
                <th scope="col">Kind</th>
                <th scope="col">Threads</th>
                <th scope="col">Jobs at once</th>
                <th scope="col">Job types</th>
                <th scope="col">Started</th>
                <th scope="col">Last seen</th>
              </tr>
            </thead>
            <tbody>
              {runners.map((runner) => (
                <RunnerRow key={runner.id} runner={runner} />
              ))}
            </tbody>
          </table>
        )}
        {runners?.length === 1 && (
          <p className="rn-note">
            Start Toril on another computer with the same Redis, and it shares the work. It then appears here.
          </p>
        )}
      </div>
    </>
  )
}
