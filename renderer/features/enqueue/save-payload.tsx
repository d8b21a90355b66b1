import { Popover } from '@mantine/core'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'

/** Asks for a name, then keeps the input under it. */
export function SavePayload({
  taken,
  disabledReason,
  onSave,
}: {
  taken: readonly string[]
  disabledReason: string | undefined
  /** Whether it could be kept. */
  onSave(name: string): boolean
}) {
  const [opened, setOpened] = useState(false)
  const [name, setName] = useState('')
  const [failed, setFailed] = useState(false)
  const trimmed = name.trim()
  const save = (): void => {
    if (trimmed === '') return
    const kept = onSave(trimmed)
    setFailed(!kept)
    if (kept) setOpened(false)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="sm"
          variant="quiet"
          icon="bookmark"
          disabledReason={disabledReason}
          onClick={() => {
            setName('')
            setFailed(false)
            setOpened(!opened)
          }}
        >
          Save…
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className="e-save"
          onSubmit={(event) => {
            event.preventDefault()
            save()
          }}
        >
          <label htmlFor="payload-name">Save this input as</label>
          <span className="row">
            <span className="input sm">
              <input
                id="payload-name"
                data-autofocus
                value={name}
                maxLength={60}
                autoComplete="off"
                onChange={(event) => setName(event.target.value)}
              />
            </span>
            <Button
              size="sm"
              variant="primary"
              type="submit"
              disabledReason={trimmed === '' ? 'Give it a name' : undefined}
            >
              {taken.includes(trimmed) ? 'Replace' : 'Save'}
            </Button>
          </span>
          <p className={failed ? 'f-err' : 'f-help'}>
            {failed ? 'This browser keeps nothing for Toril, so it was not saved.' : 'Kept on this computer only.'}
          </p>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
