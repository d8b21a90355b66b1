import { useEffect, useId, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { fillFromUrl, isConnectionUrl } from './fill-from-url.ts'
import { useForm } from './form-context.tsx'

/** Takes a whole address apart into the fields below, the password as well, and keeps nothing of it in sight. */
export function AddressField({ first }: { /** A new profile begins here. */ first: boolean }) {
  const form = useForm()
  const id = useId()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const [said, setSaid] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (first) input.current?.focus()
  }, [first])
  const take = (url: string): void => {
    if (url.trim() === '') return
    const filled = fillFromUrl(url, form.values)
    if ('problem' in filled) {
      setText(url)
      setProblem(filled.problem)
      setSaid('')
      return
    }
    form.fill(filled.values, filled.secrets)
    setText('')
    setProblem(undefined)
    setSaid(filled.said)
  }
  return (
    <div className="f">
      <label htmlFor={id}>Paste an address</label>
      <div className="row">
        <span className={problem === undefined ? 'input mono' : 'input mono bad'}>
          <Icon name="connections" className="sm" />
          <input
            ref={input}
            id={id}
            value={text}
            placeholder="redis://, rediss:// or postgresql://"
            autoComplete="off"
            spellCheck={false}
            disabled={form.locked !== undefined}
            aria-invalid={problem !== undefined}
            aria-describedby={`${id}:said`}
            onChange={(event) => {
              setText(event.target.value)
              setProblem(undefined)
            }}
            onPaste={(event) => {
              const pasted = event.clipboardData.getData('text')
              if (!isConnectionUrl(pasted)) return
              event.preventDefault()
              take(pasted)
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              take(text)
            }}
          />
        </span>
        <Button
          disabledReason={text.trim() === '' ? 'Type or paste an address first' : undefined}
          onClick={() => take(text)}
        >
          Fill in
        </Button>
      </div>
      <p id={`${id}:said`} role="status" className={problem === undefined ? 'f-help' : 'f-err'}>
        {problem !== undefined && <StateGlyph name="failed" label={false} />}
        <span>{problem ?? (said === '' ? 'It fills the fields below, the password too.' : said)}</span>
      </p>
    </div>
  )
}
