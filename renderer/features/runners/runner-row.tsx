import type { Runner } from '../../../electron/contract/runner.ts'
import { ChangeButton } from '../../components/change-button.tsx'
import { Clock } from '../../components/clock.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { Meter } from '../../components/meter.tsx'
import { Stepper } from '../../components/stepper.tsx'
import { formatCount, formatLoop, plural } from '../../lib/format.ts'
import { useQueue, useSystem } from '../../lib/panel-context.tsx'
import { useNow } from '../../lib/use-now.ts'
import { useReadOnly } from '../../lib/use-read-only.ts'
import { isSilent, kinds, nameOf, skewText, stateOf } from './runner-words.ts'
import type { RunnerActions } from './use-runner-actions.ts'

/** As preferences allow. */
const threadLimits = { min: 1, max: 256 }

/** One process that takes jobs, and what can be done to it. */
export function RunnerRow({ runner, actions }: { runner: Runner; actions: RunnerActions }) {
  const takesNoJobs = useSystem((system) => system?.profile.takesNoJobs === true)
  const now = useNow(1_000)
  // While the server is away nobody is heard.
  const hears = useQueue((queue) => queue?.connection.state === 'live')
  const state = stateOf(runner, takesNoJobs, hears && isSilent(runner, now))
  const name = nameOf(runner)
  const skew = skewText(runner)
  const readOnly = useReadOnly()
  return (
    <tr>
      <th scope="row">
        <b>{runner.host}</b>
        {runner.self && <span className="tag running">This one</span>}
        <small className="mono" title={runner.id}>
          pid {runner.pid}
        </small>
      </th>
      <td className="rn-wide" data-head="Kind">
        {kinds[runner.kind]}
        <small>{runner.version}</small>
      </td>
      <td data-head="State">
        <span className={`tag ${state.tone}`}>{state.label}</span>
        <small>{state.detail}</small>
      </td>
      <td data-head="Threads">
        <span className="num">
          {runner.busyThreads} of {runner.threads} busy
        </span>
        <Meter
          kind="meter"
          value={runner.threads === 0 ? 0 : runner.busyThreads / runner.threads}
          label={`Busy threads of ${name}`}
        />
        {runner.loop !== undefined && <small>loop {formatLoop(runner.loop)}</small>}
      </td>
      <td data-head="At most">
        {runner.maxThreads === undefined ? (
          <small>Not told by this version</small>
        ) : (
          <Stepper
            small
            label={`Threads at most of ${name}`}
            lessLabel={`One thread less on ${name}`}
            moreLabel={`One thread more on ${name}`}
            value={runner.maxThreads}
            min={threadLimits.min}
            max={threadLimits.max}
            disabledReason={readOnly}
            onDisabledPress={actions.refused}
            onChange={(maxThreads) =>
              actions.resize(runner, {
                maxThreads,
                ...((runner.minThreads ?? 0) > maxThreads ? { minThreads: maxThreads } : {}),
              })
            }
          />
        )}
      </td>
      <td className="num" data-head="Jobs at once">
        {formatCount(runner.active)} of {formatCount(runner.concurrency)}
      </td>
      <td className="rn-wide" data-head="Job types">
        <span className="rn-types" title={runner.jobTypes.join(', ')}>
          {plural(runner.jobTypes.length, 'type')}
          <small className="cut">{runner.jobTypes.join(', ')}</small>
        </span>
      </td>
      <td className="num rn-wide" data-head="Started">
        <Clock time={runner.startedAt} />
      </td>
      <td className="num rn-seen" data-head="Last seen">
        {runner.self ? (
          'now'
        ) : (
          <>
            <Elapsed since={runner.lastSeenAt} /> ago
          </>
        )}
        {skew !== undefined && <small>{skew}</small>}
      </td>
      <td className="rn-acts">
        {runner.state === 'taking' ? (
          <>
            <ChangeButton size="sm" variant="quiet" aria-label={`Pause ${name}`} onClick={() => actions.pause(runner)}>
              Pause
            </ChangeButton>
            <ChangeButton size="sm" variant="quiet" aria-label={`Drain ${name}`} onClick={() => actions.drain(runner)}>
              Drain
            </ChangeButton>
          </>
        ) : (
          <>
            <ChangeButton
              size="sm"
              variant="quiet"
              aria-label={`Resume ${name}`}
              onClick={() => actions.resume(runner)}
            >
              Resume
            </ChangeButton>
            {runner.state === 'paused' && (
              <ChangeButton
                size="sm"
                variant="quiet"
                aria-label={`Drain ${name}`}
                onClick={() => actions.drain(runner)}
              >
                Drain
              </ChangeButton>
            )}
          </>
        )}
      </td>
    </tr>
  )
}
