import { Modal } from '@mantine/core'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { Icon } from '../components/icon.tsx'
import { Kbd } from '../components/kbd.tsx'
import { usePanel, useUi } from '../lib/panel-context.tsx'
import { markMatches, matchCommands, type Command } from './match-commands.ts'
import { useCommands } from './use-commands.tsx'
import { useProfileCommands } from './use-profile-commands.tsx'

const ofAGroup = 6

function Option({
  command,
  query,
  active,
  onRun,
  onPoint,
}: {
  command: Command
  query: string
  active: boolean
  onRun(): void
  onPoint(): void
}) {
  const option = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (active) option.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const hint = command.disabledReason ?? command.hint
  // The keys are those of the field above, which keeps the focus.
  /* oxlint-disable jsx-a11y/click-events-have-key-events */
  return (
    <li
      ref={option}
      id={`command-${command.id}`}
      role="option"
      aria-selected={active}
      {...(command.disabledReason === undefined ? {} : { 'aria-disabled': true })}
      className={active ? 'on' : ''}
      onClick={onRun}
      onPointerMove={onPoint}
    >
      {command.icon}
      <span className="grow cut">
        {markMatches(command.title, query).map((part, index) =>
          // Parts of one title are told apart by their order alone.
          part.hit ? <b key={index}>{part.text}</b> : part.text,
        )}
      </span>
      {hint !== undefined && <span className="dim cut pal-hint">{hint}</span>}
      {command.keys !== undefined && (
        <span className="keys">
          <Kbd keys={command.keys} />
        </span>
      )}
    </li>
  )
}

function Palette({ onClose }: { onClose(): void }) {
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const onlyCommands = query.startsWith('>')
  const text = onlyCommands ? query.slice(1) : query
  const all = [...useCommands(text), ...useProfileCommands()]
  const found = matchCommands(
    onlyCommands ? all.filter((command) => command.group === 'Commands') : all,
    text,
    text.trim() === '' && !onlyCommands ? ofAGroup : ofAGroup * 2,
  )
  const active = found[Math.min(at, found.length - 1)]
  const run = (command: Command): void => {
    onClose()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && found.length > 0)
      setAt((Math.min(at, found.length - 1) + step + found.length) % found.length)
    else if (event.key === 'Enter' && active !== undefined) run(active)
    else return
    event.preventDefault()
  }
  return (
    <div className="pal">
      <div className="pal-q">
        <Icon name="search" />
        <input
          data-autofocus
          role="combobox"
          aria-label="Search jobs, types and commands"
          aria-expanded="true"
          aria-controls="palette-list"
          placeholder="Search jobs, types and commands"
          value={query}
          {...(active === undefined ? {} : { 'aria-activedescendant': `command-${active.id}` })}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(0)
          }}
        />
      </div>
      <ul id="palette-list" className="pal-list scroll" role="listbox" aria-label="Results">
        {found.map((command, index) => (
          <PaletteLine
            key={command.id}
            heading={found[index - 1]?.group === command.group ? undefined : command.group}
            command={command}
            query={text}
            active={command === active}
            onRun={() => run(command)}
            onPoint={() => setAt(index)}
          />
        ))}
        {found.length === 0 && <li className="pal-none">Nothing matches.</li>}
      </ul>
      <div className="pal-f" aria-hidden="true">
        <span>
          <kbd>↵</kbd> run
        </span>
        <span>
          <kbd>&gt;</kbd> commands only
        </span>
        <span>
          <kbd>#</kbd> go to id
        </span>
      </div>
    </div>
  )
}

function PaletteLine({ heading, ...option }: { heading: string | undefined } & Parameters<typeof Option>[0]) {
  return (
    <>
      {heading !== undefined && (
        <li role="presentation" className="pal-h">
          {heading}
        </li>
      )}
      <Option {...option} />
    </>
  )
}

/** Search and commands in one place, at Mod+K. */
export function CommandPalette() {
  const { stores } = usePanel()
  const open = useUi((state) => state.paletteOpen)
  const close = (): void => stores.ui.setState({ paletteOpen: false })
  if (!open) return null
  return (
    <Modal.Root opened onClose={close} size={560} centered={false} yOffset="11vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette">
        <Modal.Body>
          <Palette onClose={close} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
