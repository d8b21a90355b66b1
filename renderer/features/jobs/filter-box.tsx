import { useRef, useState, type ClipboardEvent, type KeyboardEvent, type Ref } from 'react'
import { Icon } from '../../components/icon.tsx'
import { filterKeys, parseFilter, withTokens, type FilterToken, type JobFilter } from './job-filter.ts'

interface Chip {
  key: string
  label: string
  value: string
  problem?: string
  remove(): void
}

/** Takes one part of the filter away. */
function without(filter: JobFilter, key: 'type' | 'since' | 'until' | 'query'): JobFilter {
  const { [key]: _gone, ...rest } = filter
  return rest
}

function withoutCondition(filter: JobFilter, condition: string): JobFilter {
  const { conditions = [], ...rest } = filter
  const left = conditions.filter((other) => other !== condition)
  return left.length === 0 ? rest : { ...rest, conditions: left }
}

function chipsOf(
  filter: JobFilter,
  wrong: readonly FilterToken[],
  onChange: (filter: JobFilter) => void,
  onWrong: (wrong: readonly FilterToken[]) => void,
): Chip[] {
  const chips: Chip[] = []
  // One state is shown by its tab; several have no tab.
  if (filter.states.length > 1) {
    chips.push({
      key: 'state',
      label: 'state:',
      value: filter.states.join(','),
      remove: () => onChange({ ...filter, states: [] }),
    })
  }
  for (const key of ['type', 'since', 'until'] as const) {
    const value = filter[key]
    if (value !== undefined) chips.push({ key, label: `${key}:`, value, remove: () => onChange(without(filter, key)) })
  }
  if (filter.query !== undefined) {
    chips.push({
      key: 'query',
      label: '',
      value: `“${filter.query}”`,
      remove: () => onChange(without(filter, 'query')),
    })
  }
  for (const condition of filter.conditions ?? []) {
    chips.push({
      key: condition,
      label: '',
      value: condition,
      remove: () => onChange(withoutCondition(filter, condition)),
    })
  }
  for (const token of wrong) {
    chips.push({
      key: `wrong ${token.text}`,
      label: '',
      value: token.text,
      ...(token.problem === undefined ? {} : { problem: token.problem }),
      remove: () => onWrong(wrong.filter((other) => other !== token)),
    })
  }
  return chips
}

/** Typed or pasted text becomes chips at Enter; one that is not understood turns red and is ignored. */
export function FilterBox({
  filter,
  onChange,
  inputRef,
  onLeave,
}: {
  filter: JobFilter
  onChange(filter: JobFilter): void
  inputRef: Ref<HTMLInputElement>
  /** Esc in an empty box, or arrow down: back to the list. */
  onLeave(): void
}) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState<readonly FilterToken[]>([])
  const box = useRef<HTMLDivElement>(null)
  const chips = chipsOf(filter, wrong, onChange, setWrong)

  const take = (typed: string): void => {
    const tokens = parseFilter(typed)
    const bad = tokens.filter((token) => token.problem !== undefined)
    if (bad.length > 0) setWrong([...wrong, ...bad])
    if (bad.length < tokens.length) onChange(withTokens(filter, tokens))
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation()
    if (event.key === 'Enter' && text.trim() !== '') take(text)
    else if (event.key === 'Backspace' && text === '') chips.at(-1)?.remove()
    else if (event.key === 'ArrowDown') onLeave()
    else if (event.key === 'Escape') {
      if (text === '') onLeave()
      else setText('')
    } else return
    event.preventDefault()
  }
  const onPaste = (event: ClipboardEvent<HTMLInputElement>): void => {
    const pasted = event.clipboardData.getData('text')
    // A pasted filter is taken at once; other text is left to be edited.
    if (!parseFilter(pasted).some((token) => token.key !== undefined)) return
    event.preventDefault()
    take(`${text} ${pasted}`)
  }
  const problem = wrong.at(-1)?.problem
  return (
    <div className="q">
      <div ref={box} className="input qbox" role="search">
        <Icon name="filter" />
        {chips.map((chip) => (
          <span key={chip.key} className={chip.problem === undefined ? 'chip' : 'chip wrong'} title={chip.problem}>
            <b>{chip.label}</b>
            <span>{chip.value}</span>
            <button type="button" aria-label={`Remove ${chip.label}${chip.value}`} onClick={chip.remove}>
              <Icon name="x" />
            </button>
          </span>
        ))}
        <input
          ref={inputRef}
          aria-label="Filter jobs"
          aria-describedby={problem === undefined ? 'filter-help' : 'filter-problem'}
          placeholder={chips.length === 0 ? 'Search, or type:add-two-numbers since:1h' : 'Add a filter or type text'}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <span className="keys">
          <kbd>/</kbd>
        </span>
      </div>
      <span id="filter-help" className="sr">
        Words are searched in id, type, input and error. {filterKeys.map((key) => `${key}:`).join(' ')} narrow the list.
        A minus leaves out, a comma is or, more and less compare, a tilde contains. Enter takes them over.
      </span>
      {problem !== undefined && (
        <p id="filter-problem" className="q-problem" role="status">
          {problem}
        </p>
      )}
    </div>
  )
}
