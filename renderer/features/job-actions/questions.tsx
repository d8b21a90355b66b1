import { useState } from 'react'
import { Checkbox } from '@mantine/core'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatClock, formatId } from '../../lib/format.ts'
import { usePanel, useUi } from '../../lib/panel-context.tsx'
import { useProfileMove } from '../../lib/use-profile-move.ts'
import { AllowChangesQuestion } from '../../app/allow-changes-question.tsx'
import type { Question } from '../../stores/ui.ts'
import { UseDialog } from '../connections/use-dialog.tsx'
import { MassQuestion } from './mass-question.tsx'
import { QueueActQuestion } from './queue-act-question.tsx'
import { useJobActions } from './use-job-actions.ts'

function KillQuestion({ ask, onClose }: { ask: Extract<Question, { kind: 'kill' }>; onClose(): void }) {
  const actions = useJobActions()
  const [again, setAgain] = useState(false)
  return (
    <ConfirmDialog
      title={`Kill the thread of ${formatId(ask.id)}?`}
      glyph="blocked"
      confirmLabel="Kill thread"
      cancelLabel="Keep waiting"
      extra={
        <Checkbox
          size="xs"
          label="Run it again afterwards"
          checked={again}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
      }
      onConfirm={() => actions.kill(ask, again ? 'retry' : 'stop')}
      onClose={onClose}
    >
      {ask.blocked && <p>{ask.thread ?? 'The thread'} is blocked, so asking cannot reach the job.</p>}
      <ul>
        <li>
          <span>
            {ask.since === undefined ? 'The work of this attempt' : `Work since ${formatClock(ask.since)}`} is lost, and
            open files stay as they are.
          </span>
        </li>
        <li>
          <span>A new thread takes its place. Other jobs keep running.</span>
        </li>
      </ul>
    </ConfirmDialog>
  )
}

function UseQuestion({ profile, onClose }: { profile: ConnectionProfile; onClose(): void }) {
  const move = useProfileMove()
  return (
    <UseDialog
      profile={profile}
      onClose={onClose}
      onUse={(graceMs) => {
        onClose()
        move(profile, graceMs)
      }}
    />
  )
}

/** Asks what has to be asked; one question at a time. */
export function Questions() {
  const { stores } = usePanel()
  const question = useUi((state) => state.question)
  const close = (): void => stores.ui.setState({ question: undefined })
  switch (question?.kind) {
    case undefined:
      return null
    case 'kill':
      return <KillQuestion ask={question} onClose={close} />
    case 'allow-changes':
      return <AllowChangesQuestion onClose={close} />
    case 'queue-act':
      return <QueueActQuestion act={question.act} onClose={close} />
    case 'use-profile':
      return <UseQuestion profile={question.profile} onClose={close} />
    case 'mass':
      return <MassQuestion mass={question.mass} onClose={close} />
  }
}
