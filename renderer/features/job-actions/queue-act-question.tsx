import { useState } from 'react'
import { Checkbox } from '@mantine/core'
import { finishedStates } from '../../../electron/contract/job.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { plural } from '../../lib/format.ts'
import { stateLabels } from '../../lib/glyphs.ts'
import { usePanel, useQueue, useSystem } from '../../lib/panel-context.tsx'
import { useLoad } from '../../lib/use-load.ts'
import type { QueueAct } from '../../stores/mass.ts'
import { Counted } from './counted.tsx'
import { actLosses, actTitles, ages, callQueueAct, firstRequest, type QueueRequest } from './queue-acts.ts'
import type { Touched } from './mass-words.ts'
import { runQueueAct } from './run-batch.ts'
import { nameToType } from './use-mass.ts'

/** What can be chosen before it is done. */
function Choices({
  request,
  running,
  onChange,
}: {
  request: QueueRequest
  /** How many jobs run. */
  running: number
  onChange(request: QueueRequest): void
}) {
  switch (request.act) {
    case 'drain':
      return (
        <Checkbox
          size="xs"
          label="Also what is delayed or waits to retry"
          checked={request.delayed}
          onChange={(event) => onChange({ ...request, delayed: event.currentTarget.checked })}
        />
      )
    case 'clean':
      return (
        <>
          {finishedStates.map((state) => (
            <Checkbox
              key={state}
              size="xs"
              label={stateLabels[state]}
              checked={request.states.includes(state)}
              onChange={(event) =>
                onChange({
                  ...request,
                  states: finishedStates.filter((one) =>
                    one === state ? event.currentTarget.checked : request.states.includes(one),
                  ),
                })
              }
            />
          ))}
          <SelectField
            small
            label="Age"
            value={String(request.olderThanMs)}
            options={ages}
            onChange={(age) => onChange({ ...request, olderThanMs: Number(age ?? 0) })}
          />
        </>
      )
    case 'obliterate':
      return running === 0 ? null : (
        <Checkbox
          size="xs"
          label={`Also kill ${plural(running, 'running job')}`}
          checked={request.force}
          onChange={(event) => onChange({ ...request, force: event.currentTarget.checked })}
        />
      )
  }
}

/** Why it cannot be confirmed yet. */
function waitReason(request: QueueRequest, touched: Touched | undefined, failed: boolean): string | undefined {
  if (request.act === 'clean' && request.states.length === 0) return 'Choose at least one state'
  if (failed || touched === undefined) return 'The jobs have to be counted first'
  if (request.act === 'obliterate') {
    return (touched.byState?.active ?? 0) > 0 && !request.force ? 'Jobs are running' : undefined
  }
  return touched.total === 0 ? 'There is nothing to do' : undefined
}

/** Before the queue is emptied in one of three ways: how many jobs, what is lost, and on production the name. */
export function QueueActQuestion({ act, onClose }: { act: QueueAct; onClose(): void }) {
  const { client, stores } = usePanel()
  const profile = useSystem((system) => system?.profile.name)
  const queue = useQueue((info) => info?.name)
  const [request, setRequest] = useState(firstRequest[act])
  const empty = request.act === 'clean' && request.states.length === 0
  const { value, error, reload } = useLoad<Touched | undefined>(JSON.stringify(request), async (signal) => {
    if (empty) return { total: 0 }
    for await (const answer of await callQueueAct(client, request, { dryRun: true }, signal)) return answer
    return undefined
  })
  const name = nameToType(stores)
  return (
    <ConfirmDialog
      title={`${actTitles[act]}${act === 'clean' ? ' of' : ''} ${queue ?? ''} on ${profile ?? ''}?`}
      confirmLabel={actTitles[act]}
      waitReason={waitReason(request, value, error !== undefined)}
      typed={name}
      onConfirm={() => void runQueueAct(client, stores, request, name)}
      onClose={onClose}
    >
      <Counted touched={value} error={error} onAgain={reload} />
      <p>{actLosses[act]}</p>
      <div className="qa-c">
        <Choices request={request} running={value?.byState?.active ?? 0} onChange={setRequest} />
      </div>
    </ConfirmDialog>
  )
}
