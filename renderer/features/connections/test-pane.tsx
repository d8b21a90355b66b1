import type { ConnectionStep } from '../../../electron/contract/connection-test.ts'
import { Button } from '../../components/button.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { counted } from '../../components/words.ts'
import { HostKeyQuestion } from './host-key-question.tsx'
import { partsOf, partTitles, stepGlyphs, stepStateWords, stepTime, stepTitles, verdictOf } from './test-words.ts'
import type { RunningTest } from './use-connection-test.ts'

const classes: Record<ConnectionStep['state'], string> = {
  waiting: 'idle',
  skipped: 'idle',
  running: 'run',
  ok: 'ok',
  warning: 'warn',
  failed: 'bad',
}

function Step({ step, onTrust }: { step: ConnectionStep; onTrust(fingerprint: string): void }) {
  const { detail, message, hostKey } = step
  // A key that nobody has looked at yet is a question: nothing is wrong with what was entered.
  const state = hostKey === undefined ? step.state : 'warning'
  return (
    <li className={classes[state]}>
      <span className="tk-i">
        <StateGlyph name={stepGlyphs[state]} label={hostKey === undefined ? stepStateWords[state] : 'Asks'} />
      </span>
      <div>
        <span className="tk-l">
          <b>{stepTitles[step.step]}</b>
          <span className="num">{[detail, stepTime(step.ms)].filter(Boolean).join(', ')}</span>
        </span>
        {message !== undefined && hostKey === undefined && <p>{message}</p>}
        {hostKey !== undefined && <HostKeyQuestion hostKey={hostKey} onTrust={() => onTrust(hostKey.fingerprint)} />}
      </div>
    </li>
  )
}

function Steps({ title, steps, onTrust }: { title: string; steps: ConnectionStep[]; onTrust(key: string): void }) {
  if (steps.length === 0) return null
  return (
    <>
      <h3 className="tk-h">{title}</h3>
      <ol className="tks" aria-label={`Steps of the ${title.toLowerCase()}`}>
        {steps.map((step, index) => (
          <Step key={`${step.step} ${index}`} step={step} onTrust={onTrust} />
        ))}
      </ol>
    </>
  )
}

/** The way to the servers, step by step, as the form has it at this moment. */
export function TestPane({
  test: { test, error, running, cancel },
  stale,
  onRun,
}: {
  test: RunningTest
  /** The form was changed since. */
  stale: boolean
  onRun(acceptHostKey?: string): void
}) {
  const verdict = test === undefined ? undefined : verdictOf(test, running)
  const skipped = test?.steps.filter(({ state }) => state === 'skipped').length ?? 0
  return (
    <section className="ct" aria-labelledby="ct-h">
      <div className="head">
        <h2 id="ct-h">Test</h2>
        <span className="meta">
          {test?.over === true ? `took ${stepTime(test.ms)}` : running ? '' : test === undefined ? '' : 'stopped'}
        </span>
        <div className="right" role="status">
          {verdict !== undefined && <span className={`tag ${verdict.tone}`}>{verdict.text}</span>}
        </div>
      </div>
      {stale && test !== undefined && !running && <p className="ct-n">The form was changed since.</p>}
      {error !== undefined && (
        <p className="ct-n t-failed" role="alert">
          {error.message}
        </p>
      )}
      {test !== undefined && (
        <>
          {partsOf(test).map((part) => (
            <Steps
              key={part}
              title={partTitles[part]}
              steps={test.steps.filter((step) => step.part === part)}
              onTrust={onRun}
            />
          ))}
          {skipped > 0 && <p className="ct-n">{counted(skipped, 'step')} after it not tried.</p>}
        </>
      )}
      {test === undefined && error === undefined && !running && (
        <p className="ct-n">
          Goes every step to the servers and stops at the first that fails. Nothing is written there.
        </p>
      )}
      <div className="ct-b">
        {running ? (
          <Button size="sm" icon="x" onClick={cancel}>
            Stop the test
          </Button>
        ) : (
          <Button size="sm" icon={test === undefined ? 'play' : 'retry'} onClick={() => onRun()}>
            {test === undefined ? 'Test connection' : 'Test again'}
          </Button>
        )}
      </div>
    </section>
  )
}
