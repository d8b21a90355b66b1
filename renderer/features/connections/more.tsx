import { useId, useState, type ReactNode } from 'react'
import { Icon } from '../../components/icon.tsx'

/** Fields that most profiles do without. Open from the start, and again, where there is something in them. */
export function More({ label, open, children }: { label: string; open: boolean; children: ReactNode }) {
  const [chosen, setChosen] = useState<boolean>()
  const id = useId()
  const shown = chosen ?? open
  return (
    <div className="ce-more">
      <button
        type="button"
        className="ce-more-b"
        aria-expanded={shown}
        aria-controls={id}
        onClick={() => setChosen(!shown)}
      >
        <Icon name={shown ? 'down' : 'right'} className="sm" />
        {label}
      </button>
      <div id={id} hidden={!shown} className="ce-more-c">
        {shown && children}
      </div>
    </div>
  )
}
