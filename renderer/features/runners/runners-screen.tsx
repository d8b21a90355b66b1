import { Empty, Skeleton } from '../../components/region-states.tsx'
import { plural } from '../../lib/format.ts'
import { useRunners } from '../../lib/panel-context.tsx'
import { RunnerRow } from './runner-row.tsx'
import { useRunnerActions } from './use-runner-actions.ts'
import './runners.css'

/** The processes that take jobs from this queue. */
export function RunnersScreen() {
  const runners = useRunners((list) => list)
  const actions = useRunnerActions()
  return (
    <>
      <div className="head">
        <h1>Runners</h1>
        <span className="meta">
          {runners === undefined ? '' : `${plural(runners.length, 'process works', 'processes work')} on this queue`}
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
                <th scope="col" className="rn-wide">
                  Kind
                </th>
                <th scope="col">State</th>
                <th scope="col">Threads</th>
                <th scope="col">At most</th>
                <th scope="col">Jobs at once</th>
                <th scope="col" className="rn-wide">
                  Job types
                </th>
                <th scope="col" className="rn-wide">
                  Started
                </th>
                <th scope="col">Last seen</th>
                <th scope="col">Actions</th>
              </tr>
            </thead>
            <tbody>
              {runners.map((runner) => (
                <RunnerRow key={runner.id} runner={runner} actions={actions} />
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
