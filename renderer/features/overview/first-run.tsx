import { useState, type FormEvent } from 'react'
import { Link } from 'wouter'
import type { Job } from '../../../electron/contract/job.ts'
import { Button, buttonClass } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Kbd } from '../../components/kbd.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { toPanelError } from '../../lib/errors.ts'
import { formatDuration, formatId } from '../../lib/format.ts'
import { glyphOfState } from '../../lib/glyphs.ts'
import { usePanel, usePreferences, useSystem, useThreads } from '../../lib/panel-context.tsx'
import { refusesChange } from '../../lib/read-only.ts'
import './first-run.css'

const sampleType = 'add-two-numbers'

/** The lanes, empty; the first job is to land on the first. */
function Gate({ lanes, landed }: { lanes: number; landed: boolean }) {
  return (
    <div className="gate" aria-hidden="true" style={{ gridTemplateColumns: `repeat(${lanes}, 1fr)` }}>
      {Array.from({ length: lanes }, (_, index) => (
        <span key={index} className={index === 0 ? (landed ? 'nx landed' : 'nx') : ''}>
          <b className="mono">T{index + 1}</b>
          <i />
        </span>
      ))}
    </div>
  )
}

function Outcome({ job, onDone }: { job: Job; onDone(): void }) {
  const attempt = job.attempts.at(-1)
  const took =
    attempt?.finishedAt === undefined ? undefined : Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt)
  const where = attempt?.thread === undefined ? '' : ` on ${attempt.thread}`
  return (
    <div className="fr-out" role="status">
      <StateGlyph name={glyphOfState(job.state)} />
      <span>
        {job.state === 'completed' ? (
          <>
            The result is <b className="mono">{JSON.stringify(job.result)}</b>. It ran{where} in {formatDuration(took)}.
          </>
        ) : job.state === 'failed' ? (
          (job.error?.message ?? 'It failed.')
        ) : (
          (job.waitingReason?.message ?? 'Running.')
        )}
      </span>
      <span className="grow" />
      <Link className="link" href={`/jobs/${job.id}`}>
        Open {formatId(job.id)}
      </Link>
      <Button size="sm" onClick={onDone}>
        Open Overview
      </Button>
    </div>
  )
}

function FirstJob({ onRun, onDone, onLanded }: { onRun(): void; onDone(): void; onLanded(): void }) {
  const { client, stores } = usePanel()
  const [a, setA] = useState('2')
  const [b, setB] = useState('3')
  const [job, setJob] = useState<Job | undefined>(undefined)
  const [problem, setProblem] = useState<string | undefined>(undefined)

  const run = async (): Promise<void> => {
    const input = { a: Number(a), b: Number(b) }
    if (a.trim() === '' || b.trim() === '' || Number.isNaN(input.a) || Number.isNaN(input.b)) {
      setProblem('a and b must be numbers.')
      return
    }
    setProblem(undefined)
    onRun()
    const enqueued = await client.jobs.enqueue({ type: sampleType, input })
    setJob(enqueued)
    for await (const event of await client.jobs.events({ id: enqueued.id })) {
      if (event.kind !== 'job') continue
      setJob(event.job)
      if (event.job.state === 'active' || event.job.state === 'completed') onLanded()
    }
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (refusesChange(stores)) return
    run().catch((error: unknown) => setProblem(toPanelError(error).message))
  }
  const field = (name: string, value: string, set: (value: string) => void) => (
    <>
      <label htmlFor={`first-${name}`}>{name}</label>
      <div className="input">
        <input
          id={`first-${name}`}
          value={value}
          inputMode="decimal"
          autoComplete="off"
          onChange={(event) => set(event.target.value)}
        />
      </div>
    </>
  )
  return (
    <div className="fr-c">
      <h2>Run a first job</h2>
      <p>
        <span className="mono">{sampleType}</span> comes with Toril. Watch it land on T1.
      </p>
      <form
        className="fr-f"
        onSubmit={onSubmit}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) onSubmit(event)
        }}
      >
        {field('a', a, setA)}
        {field('b', b, setB)}
        <ChangeButton type="submit" variant="primary">
          Run it <Kbd keys="Enter" />
        </ChangeButton>
      </form>
      {problem !== undefined && (
        <p className="fr-p" role="alert">
          {problem}
        </p>
      )}
      {job !== undefined && <Outcome job={job} onDone={onDone} />}
    </div>
  )
}

/** Before the first job: a job to try, job types of one's own, and a Redis one has. */
export function FirstRun({ onRun, onDone }: { onRun(): void; onDone(): void }) {
  const system = useSystem((value) => value)
  const idle = useThreads((threads) => threads?.length ?? 0)
  const lanes = usePreferences((preferences) => preferences?.pool.maxThreads ?? 4)
  const folder = usePreferences((preferences) => preferences?.jobs.folder)
  const [landed, setLanded] = useState(false)
  const embedded = system?.profile.backend === 'postgres'
  return (
    <>
      <div className="fr scroll">
        <div className="fr-in">
          <Gate lanes={Math.min(8, lanes)} landed={landed} />
          <h1>Your runner is ready</h1>
          <p className="fr-lead">
            {idle === 0
              ? `Up to ${lanes} threads start as jobs come in.`
              : `${idle} ${idle === 1 ? 'thread is' : 'threads are'} idle on this computer, and up to ${lanes} run at once.`}{' '}
            {embedded
              ? 'Jobs are kept in an embedded database, so there is nothing to install.'
              : `Jobs are kept in ${system?.profile.description ?? 'Redis'}.`}
          </p>
          <ol className="fr-s">
            <li className="on">
              <span className="fr-n">1</span>
              <FirstJob onRun={onRun} onDone={onDone} onLanded={() => setLanded(true)} />
            </li>
            <li>
              <span className="fr-n">2</span>
              <div className="fr-c">
                <h2>Add your own jobs</h2>
                <p>
                  {folder == null
                    ? 'Name a folder in Preferences. Each file there that exports a job appears in Enqueue, with a form made from its input type.'
                    : `Each file in ${folder} that exports a job appears in Enqueue, with a form made from its input type.`}
                </p>
                <div className="row">
                  <Link href="/preferences#jobs" className={buttonClass()}>
                    <Icon name="folder" />
                    {folder == null ? 'Choose a folder' : 'Change the folder'}
                  </Link>
                  <Link href="/enqueue" className={buttonClass('quiet')}>
                    See the job types
                  </Link>
                </div>
              </div>
            </li>
            <li>
              <span className="fr-n">3</span>
              <div className="fr-c">
                <h2>Or use a Redis you have</h2>
                <p>Redis is faster and lets several runners share the work.</p>
                <div className="row">
                  <Link href="/connections" className={buttonClass()}>
                    <Icon name="connections" />
                    Connections
                  </Link>
                </div>
              </div>
            </li>
          </ol>
          <div className="fr-k">
            <span>
              <Kbd keys="Mod+K" /> do anything
            </span>
            <span>
              <Kbd keys="Mod+E" /> enqueue
            </span>
            <span>
              <Kbd keys="?" /> all shortcuts
            </span>
          </div>
        </div>
      </div>
      <div className="fr-foot">
        <span className="cut">
          <Icon name="database" className="sm" />
          <span className="mono">{system?.dataDir}</span>
        </span>
        <span className="grow" />
        <span>{embedded ? 'Jobs stay on this computer' : system?.profile.name}</span>
      </div>
    </>
  )
}
