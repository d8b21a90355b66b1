import { useState } from 'react'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import type { FoundQueue, FoundQueues as Answer } from '../../../electron/contract/found-queue.ts'
import { Button } from '../../components/button.tsx'
import { toPanelError } from '../../lib/errors.ts'
import { formatCount } from '../../lib/format.ts'
import { useClient } from '../../lib/panel-context.tsx'
import { useForm } from './form-context.tsx'
import { typesText } from './found-words.ts'

function Row({ queue }: { queue: FoundQueue }) {
  const form = useForm()
  const { name, prefix, counts } = queue
  const chosen = form.values.queueName === name && (prefix === undefined || bare(form.values.prefix) === bare(prefix))
  return (
    <li className="fq">
      <span className="fq-l">
        <b className="mono">{name}</b>
        {queue.paused && <span className="tag retry">Paused</span>}
        <span className="grow" />
        {chosen ? (
          <span className="tag">Chosen</span>
        ) : (
          <Button
            size="sm"
            aria-label={`Use the queue ${name}`}
            disabledReason={form.locked}
            onClick={() => form.fill({ queueName: name, ...(prefix === undefined ? {} : { prefix }) })}
          >
            Use
          </Button>
        )}
      </span>
      {prefix !== undefined && (
        <span className="fq-c">
          Prefix <span className="mono">{prefix}</span>
        </span>
      )}
      <span className="fq-c num">
        {formatCount(counts.waiting)} waiting, {formatCount(counts.active)} running, {formatCount(counts.delayed)}{' '}
        delayed, {formatCount(counts.failed)} failed, {formatCount(counts.completed)} completed
      </span>
      <span className="fq-c">{typesText(queue)}</span>
    </li>
  )
}

/** On a cluster the prefix stands in braces. */
const bare = (prefix: string): string => prefix.replace(/^\{(.*)\}$/, '$1')

/** The queues of BullMQ on the server, whoever made them. Looked for only when asked: it reads through the keys. */
export function FoundQueues({ profile }: { profile: ConnectionProfile }) {
  const client = useClient()
  const [answer, setAnswer] = useState<Answer>()
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const look = (): void => {
    setBusy(true)
    setFailure(undefined)
    client.profiles
      .queues({ id: profile.id })
      .then(setAnswer, (error: unknown) => setFailure(toPanelError(error).message))
      .finally(() => setBusy(false))
  }
  return (
    <section className="ct-q" aria-labelledby="fq-h">
      <div className="row">
        <h3 id="fq-h">Queues on the server</h3>
        <span className="grow" />
        <Button
          size="sm"
          icon="search"
          disabledReason={busy ? 'The server is being looked through' : undefined}
          onClick={look}
        >
          {answer === undefined ? 'Look for queues' : 'Look again'}
        </Button>
      </div>
      <div aria-live="polite">
        {failure !== undefined && <p className="f-err">{failure}</p>}
        {answer?.queues.length === 0 && <p className="f-help">There is no queue of BullMQ on this server.</p>}
      </div>
      {answer !== undefined && answer.queues.length > 0 && (
        <ul className="fqs" aria-label="Queues found">
          {answer.queues.map((queue) => (
            <Row key={`${queue.prefix ?? ''}:${queue.name}`} queue={queue} />
          ))}
        </ul>
      )}
      {answer?.cut !== undefined && <p className="f-help">{answer.cut}</p>}
    </section>
  )
}
