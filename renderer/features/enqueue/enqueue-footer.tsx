import { ChangeButton } from '../../components/change-button.tsx'
import { EnvironmentTag } from '../../components/environment-tag.tsx'
import { Kbd } from '../../components/kbd.tsx'
import { counted } from '../../components/words.ts'
import { TextDraftField } from '../../components/text-draft-field.tsx'
import { useNow } from '../../lib/use-now.ts'
import { useQueue, useRunners, useSystem, useThreads } from '../../lib/panel-context.tsx'
import { expectedStart } from './expected-start.ts'

/** Where the job goes, when it will start, and the two ways to send it. */
export function EnqueueFooter({
  delayMs,
  problems,
  missing,
  copies,
  copiesValid,
  busy,
  onCopies,
  onEnqueue,
}: {
  delayMs: number | undefined
  /** Things that are wrong, and among the rest things not filled in yet. */
  problems: number
  missing: number
  copies: string
  copiesValid: boolean
  busy: boolean
  onCopies(copies: string): void
  onEnqueue(watch: boolean): void
}) {
  const profile = useSystem((system) => system?.profile)
  const now = useNow()
  const start = expectedStart({
    queue: useQueue((queue) => queue),
    threads: useThreads((threads) => threads),
    runners: useRunners((runners) => runners),
    delayMs,
    now,
  })
  const sending = busy ? 'It is being enqueued' : undefined
  return (
    <footer className="e-foot">
      <span className="e-dest">
        <span className="swatch" />
        <span className="sec">To</span> <b className="cut">{profile?.name ?? '–'}</b>
        {profile !== undefined && <EnvironmentTag environment={profile.environment} />}
        <span className="sec cut">{start}</span>
      </span>
      <span className="grow" />
      <span className={problems > 0 ? 'e-prob' : 'e-prob sec'} role="status">
        {problems > 0 ? counted(problems, 'problem') : missing > 0 ? `${missing} to fill in` : ''}
      </span>
      <label className="e-n" htmlFor="copies">
        <span className="sec">Copies</span>
        <TextDraftField
          id="copies"
          small
          numeric
          text={copies}
          label="Number of copies, 1 to 100"
          invalid={!copiesValid}
          onText={onCopies}
        />
      </label>
      <ChangeButton disabledReason={sending} onClick={() => onEnqueue(false)}>
        Enqueue
      </ChangeButton>
      <ChangeButton
        variant="primary"
        disabledReason={sending}
        aria-keyshortcuts="Control+Enter"
        onClick={() => onEnqueue(true)}
      >
        Enqueue and watch
        <span className="keys">
          <Kbd keys="Mod+Enter" />
        </span>
      </ChangeButton>
    </footer>
  )
}
