import { Link } from 'wouter'
import type { Thread } from '../../../electron/contract/runner.ts'
import { buttonClass, IconButton } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { Clock } from '../../components/clock.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatElapsed, formatId } from '../../lib/format.ts'
import { glyphOfThread } from '../../lib/glyphs.ts'
import { usePoolEvents } from '../../lib/panel-context.tsx'
import { WhereItIs } from '../inspect/where-it-is.tsx'
import { useJobActions } from '../job-actions/use-job-actions.ts'
import { useAskToKill } from './lane.tsx'

function titleOf(thread: Thread): string {
  switch (thread.state) {
    case 'blocked':
      return `${thread.id} has not answered for ${formatElapsed(thread.blockedMs)}`
    case 'cancelling':
      return `${thread.id} was asked to stop`
    case 'retiring':
      return `${thread.id} retires`
    case 'starting':
      return `${thread.id} is starting`
    case 'idle':
      return `${thread.id} is idle`
    case 'busy':
      return `${thread.id} runs ${thread.job?.type ?? 'a job'}`
  }
}

function Why({ thread }: { thread: Thread }) {
  const { job } = thread
  const name =
    job === undefined ? null : (
      <>
        <span className="mono">{job.type}</span> {formatId(job.id)}
      </>
    )
  switch (thread.state) {
    case 'blocked':
      return (
        <p>
          {name} holds the event loop, so it cannot hear a request to stop. Progress and logs wait until it lets go.
        </p>
      )
    case 'cancelling':
      return <p>{name} has its signal aborted. When the time is up, the thread is killed and replaced.</p>
    case 'retiring':
      return <p>{job === undefined ? 'It ends now.' : <>It finishes {name}, then ends. No job is interrupted.</>}</p>
    case 'starting':
      return <p>{thread.lastError ?? 'A new thread takes up its work in a moment.'}</p>
    case 'idle':
      return (
        <p>
          It has done {thread.jobsDone} {thread.jobsDone === 1 ? 'job' : 'jobs'} since <Clock time={thread.startedAt} />
          .{thread.lastError === undefined ? '' : ` Last error: ${thread.lastError}`}
        </p>
      )
    case 'busy':
      return (
        <p>
          {name} runs since <Clock time={job?.since} />, attempt {job?.attempt}. The thread has done {thread.jobsDone}{' '}
          {thread.jobsDone === 1 ? 'job' : 'jobs'} since <Clock time={thread.startedAt} />.
        </p>
      )
  }
}

function Buttons({ thread }: { thread: Thread }) {
  const actions = useJobActions()
  const askToKill = useAskToKill(thread)
  const { job } = thread
  if (job === undefined) return null
  return (
    <div className="row in-b">
      {thread.state !== 'cancelling' && (
        <ChangeButton
          size="sm"
          icon="cancel"
          onClick={() => actions.cancel({ id: job.id, type: job.type, state: 'active', startedAt: job.since })}
        >
          Ask to stop
        </ChangeButton>
      )}
      <ChangeButton size="sm" variant="danger" onClick={askToKill}>
        Kill thread…
      </ChangeButton>
      <Link className={buttonClass('quiet', 'sm')} href={`/jobs/${encodeURIComponent(job.id)}`}>
        Open job
      </Link>
    </div>
  )
}

/** What is known of one thread, and what happened in the pool. */
export function Inspector({ thread, onClose }: { thread: Thread; onClose(): void }) {
  const events = usePoolEvents()
  return (
    <section className={thread.job === undefined ? 'insp' : 'insp three'} aria-label={`Thread ${thread.id}`}>
      <div className="in-why">
        <div className="in-h">
          <StateGlyph name={glyphOfThread(thread.state)} label={false} />
          <h2>{titleOf(thread)}</h2>
        </div>
        <Why thread={thread} />
        <Buttons thread={thread} />
      </div>
      {thread.job !== undefined && (
        <div className="in-st scroll">
          <WhereItIs key={thread.job.id} id={thread.job.id} attempt={{ executor: 'thread' }} running />
        </div>
      )}
      <div className="in-ev">
        <div className="in-h">
          <h3>Pool events</h3>
          <span className="grow" />
          <IconButton size="sm" icon="x" label="Close" onClick={onClose} />
        </div>
        {events.length === 0 ? (
          <p className="dim">Nothing happened since this window was opened.</p>
        ) : (
          <ol>
            {events.slice(0, 4).map((event) => (
              <li key={event.id}>
                <Clock time={event.at} />
                <span className="cut">{event.text}</span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  )
}
