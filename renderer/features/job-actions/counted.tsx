import { Button } from '../../components/button.tsx'
import type { PanelError } from '../../lib/errors.ts'
import { touchedWords, type Touched } from './mass-words.ts'

/** How many jobs would be touched, or why it is not known yet. */
export function Counted({
  touched,
  error,
  onAgain,
}: {
  touched: Touched | undefined
  error: PanelError | undefined
  onAgain(): void
}) {
  if (error !== undefined) {
    return (
      <p role="alert">
        The jobs could not be counted: {error.message}{' '}
        <Button size="sm" onClick={onAgain}>
          Try again
        </Button>
      </p>
    )
  }
  return (
    <p role="status" className="num">
      <b>{touched === undefined ? 'Counting the jobs.' : touchedWords(touched)}</b>
    </p>
  )
}
