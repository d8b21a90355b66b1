import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react'
import { Tooltip } from '@mantine/core'
import { Icon, type IconName } from './icon.tsx'

export type ButtonVariant = 'default' | 'primary' | 'quiet' | 'danger' | 'danger-solid'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  variant?: ButtonVariant
  size?: 'md' | 'sm'
  icon?: IconName
  /** Why it cannot be pressed now. It stays in place and in the tab order, and says so on focus and hover. */
  disabledReason?: string | undefined
  /** What a press does meanwhile, such as saying why once more. */
  onDisabledPress?: (() => void) | undefined
  ref?: Ref<HTMLButtonElement>
  children?: ReactNode
}

/** The classes of a button, for a link that looks like one. */
export function buttonClass(variant: ButtonVariant = 'default', size: 'md' | 'sm' = 'md'): string {
  return ['btn', variant === 'default' ? '' : `btn-${variant}`, size === 'sm' ? 'btn-sm' : ''].filter(Boolean).join(' ')
}

export function Button({
  variant = 'default',
  size = 'md',
  icon,
  disabledReason,
  onDisabledPress,
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  const off = disabledReason !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      className={className === undefined ? buttonClass(variant, size) : `${buttonClass(variant, size)} ${className}`}
      {...(off ? { 'aria-disabled': true, title: undefined } : {})}
      onClick={off ? refused(onDisabledPress) : onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  )
  return off ? (
    <Tooltip label={disabledReason} events={toldOn}>
      {button}
    </Tooltip>
  ) : (
    button
  )
}

/** A reason has to be found by keyboard and by touch as well. */
const toldOn = { hover: true, focus: true, touch: true }

function refused(onPress: (() => void) | undefined): (event: MouseEvent) => void {
  return (event) => {
    event.preventDefault()
    onPress?.()
  }
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'aria-label'> {
  icon: IconName
  /** Read out, and shown on hover and focus. */
  label: string
  size?: 'md' | 'sm'
  flip?: boolean
  /** Why it cannot be pressed now; shown with the label. */
  disabledReason?: string | undefined
  onDisabledPress?: (() => void) | undefined
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({
  icon,
  label,
  size = 'md',
  flip = false,
  className = '',
  disabledReason,
  onDisabledPress,
  onClick,
  ...rest
}: IconButtonProps) {
  const off = disabledReason !== undefined
  return (
    <Tooltip label={off ? `${label}: ${disabledReason}` : label} events={toldOn}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={`icon-btn ${size === 'sm' ? 'sm' : ''} ${className}`}
        {...(off ? { 'aria-disabled': true } : {})}
        onClick={off ? refused(onDisabledPress) : onClick}
      >
        <Icon name={icon} {...(flip ? { className: 'flip' } : {})} />
      </button>
    </Tooltip>
  )
}
