import { usePanel } from '../lib/panel-context.tsx'
import { refusesChange } from '../lib/read-only.ts'
import { useReadOnly } from '../lib/use-read-only.ts'
import { Button, IconButton, type ButtonProps, type IconButtonProps } from './button.tsx'

/**
 * A button of something that changes jobs, the queue or another runner. On a read-only profile it stays in place and
 * in the tab order, says why on hover and focus, and does nothing but say it again when it is pressed.
 */
export function ChangeButton({ disabledReason, ...rest }: ButtonProps) {
  const { stores } = usePanel()
  const readOnly = useReadOnly()
  return (
    <Button
      {...rest}
      disabledReason={readOnly ?? disabledReason}
      onDisabledPress={readOnly === undefined ? undefined : () => refusesChange(stores)}
    />
  )
}

/** The same with an icon alone. */
export function ChangeIconButton(props: Omit<IconButtonProps, 'disabledReason' | 'onDisabledPress'>) {
  const { stores } = usePanel()
  const readOnly = useReadOnly()
  return (
    <IconButton
      {...props}
      disabledReason={readOnly}
      onDisabledPress={readOnly === undefined ? undefined : () => refusesChange(stores)}
    />
  )
}
