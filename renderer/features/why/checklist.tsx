import { useLocation } from 'wouter'
import type { WhyCheck, WhyFix } from '../../../electron/contract/why.ts'
import { usePauseToggle } from '../../app/use-pause.ts'
import { Button } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { localizeTimes } from '../../lib/format.ts'
import type { ActionJob } from '../job-actions/use-job-actions.ts'
import { useJobActions } from '../job-actions/use-job-actions.ts'

/** Does what a fix says, or leads to where it is done. */
function useFix(job: ActionJob, onLeave: () => void): (fix: WhyFix) => void {
  const [, navigate] = useLocation()
  const togglePause = usePauseToggle()
  const actions = useJobActions()
  return ({ action, target = '' }) => {
    switch (action) {
      case 'resume':
        return togglePause()
      case 'promote':
        return actions.promote(job)
      case 'job':
        onLeave()
        return navigate(`/jobs/${encodeURIComponent(target)}`)
      case 'preferences':
        onLeave()
        return navigate(`/preferences?setting=${encodeURIComponent(target)}`)
    }
  }
}

function FixButton({ fix, onFix }: { fix: WhyFix; onFix(fix: WhyFix): void }) {
  const changes = fix.action === 'resume' || fix.action === 'promote'
  const Pressed = changes ? ChangeButton : Button
  return (
    <Pressed size="sm" onClick={() => onFix(fix)}>
      {fix.label}
    </Pressed>
  )
}

/** What must be true for the job to start, in the order it is looked at. The first that is not stands out. */
export function Checklist({ job, checks, onLeave }: { job: ActionJob; checks: readonly WhyCheck[]; onLeave(): void }) {
  const fix = useFix(job, onLeave)
  const first = checks.find((check) => !check.ok)
  return (
    <ol className="why-ck" aria-label="What must be true for it to start">
      {checks.map((check) => (
        <li key={check.code} className={check.ok ? 'ok' : check === first ? 'no first' : 'no'}>
          <Icon name={check.ok ? 'check' : 'x'} />
          <span>
            <span className="sr">{check.ok ? 'Holds: ' : 'Does not hold: '}</span>
            {localizeTimes(check.message)}
          </span>
          {!check.ok && check.fix !== undefined && <FixButton fix={check.fix} onFix={fix} />}
        </li>
      ))}
    </ol>
  )
}
