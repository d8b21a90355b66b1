import { useState } from 'react'
import type { Attempt } from '../../../electron/contract/job.ts'
import { Button } from '../../components/button.tsx'
import { Meter } from '../../components/meter.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { Clock } from '../../components/clock.tsx'
import { formatCountdown } from '../../lib/format.ts'
import { useElsewhere } from '../../lib/elsewhere.ts'
import { useNow } from '../../lib/use-now.ts'
import type { Inspection } from '../../stores/inspections.ts'
import { ProfileDialog } from './profile-dialog.tsx'
import { describeProfile } from './profile-words.ts'
import { saveProfile } from './save-profile.ts'
import { StackList } from './stack-list.tsx'
import { useInspectActions, useInspection } from './use-inspection.ts'
import './inspect.css'

/** As far as it is known; of a thread of this runner no runner is said. */
type Place = Pick<Attempt, 'executor'> & Partial<Pick<Attempt, 'runner'>>

const lengths = [
  { value: '2000', label: '2 s' },
  { value: '5000', label: '5 s' },
  { value: '15000', label: '15 s' },
  { value: '60000', label: '60 s' },
]

function Recording({ recording, onEnd }: { recording: NonNullable<Inspection['recording']>; onEnd(): void }) {
  const now = useNow(250)
  const { since, until, ending } = recording
  const left = Math.max(0, until - now)
  return (
    <div className="wi-rec">
      <span className="num" role="timer" aria-label="Time left">
        {ending || left === 0 ? 'Reading the profile' : `Recording, ${formatCountdown(left)} left`}
      </span>
      <Meter value={(now - since) / (until - since)} label="Recording" />
      <Button size="sm" onClick={onEnd} disabledReason={ending ? 'It ends as soon as the thread answers' : undefined}>
        Stop
      </Button>
    </div>
  )
}

function Record({ id, running }: { id: string; running: boolean }) {
  const actions = useInspectActions()
  const [length, setLength] = useState('5000')
  if (!running) return null
  return (
    <div className="row wi-b">
      <Button size="sm" icon="chart" onClick={() => void actions.record(id, Number(length))}>
        Record a CPU profile
      </Button>
      <SelectField
        small
        label="Length"
        value={length}
        options={lengths}
        onChange={(value) => setLength(value ?? '5000')}
      />
    </div>
  )
}

function Recorded({ profile }: { profile: NonNullable<Inspection['profile']> }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="wi-prof">
      <p>{describeProfile(profile)}</p>
      <div className="row">
        <Button size="sm" icon="chart" onClick={() => setOpen(true)}>
          Show profile
        </Button>
        <Button size="sm" variant="quiet" icon="follow" onClick={() => saveProfile(profile)}>
          Download
        </Button>
      </div>
      {open && <ProfileDialog profile={profile} onClose={() => setOpen(false)} />}
    </div>
  )
}

/** Where the code of a running job is, and what it spends its time on: both on request. */
export function WhereItIs({ id, attempt, running }: { id: string; attempt: Place | undefined; running: boolean }) {
  const actions = useInspectActions()
  const { sampling, sample, recording, profile, error } = useInspection(id)
  const elsewhere = useElsewhere(attempt?.runner, running)
  const reason =
    elsewhere !== undefined
      ? `It runs on ${elsewhere}. Look into it there`
      : attempt?.executor === 'inline'
        ? "It runs in the runner's own process, whose stack cannot be taken"
        : undefined
  return (
    <section className="wi" aria-label="Where it is">
      <div className="in-h">
        <h3>Where it is</h3>
        {sample !== undefined && (
          <span className="dim">
            sampled at <Clock time={sample.takenAt} />
          </span>
        )}
        {running && (
          <Button
            size="sm"
            variant="quiet"
            icon="retry"
            aria-busy={sampling === true}
            disabledReason={reason}
            onClick={() => void actions.sample(id)}
          >
            Sample the stack
          </Button>
        )}
      </div>
      {error !== undefined && (
        <p className="t-failed" role="alert">
          {error.message}
        </p>
      )}
      {sample === undefined ? (
        error === undefined && (
          <p className="dim">
            {elsewhere === undefined
              ? 'Nothing was looked at yet. Looking halts the job for some milliseconds.'
              : `It runs on ${elsewhere}, and its stack is seen there.`}
          </p>
        )
      ) : (
        <div aria-live="polite">
          {sample.state === 'running' ? <StackList sample={sample} /> : <p>{sample.message}</p>}
        </div>
      )}
      {recording === undefined ? (
        <Record id={id} running={running && elsewhere === undefined} />
      ) : (
        <Recording recording={recording} onEnd={() => void actions.end(id)} />
      )}
      {profile !== undefined && recording === undefined && <Recorded profile={profile} />}
    </section>
  )
}
