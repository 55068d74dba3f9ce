import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
export type ButtonSize = 'sm' | 'md' | 'icon'

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-accent-fg border-transparent hover:brightness-110',
  secondary: 'bg-panel text-fg border-line hover:bg-sunken',
  ghost: 'bg-transparent text-fg border-transparent hover:bg-sunken',
  danger: 'bg-panel text-bad border-line hover:bg-bad-soft',
}

const SIZES: Record<ButtonSize, string> = {
  sm: 'h-7 px-2.5 text-xs gap-1.5 rounded-md',
  md: 'h-8 px-3 text-[0.8125rem] gap-1.5 rounded-md',
  icon: 'h-8 w-8 rounded-md justify-center',
}

/** The look of a button, for links that act as one. */
export function buttonClass(look: { variant?: ButtonVariant; size?: ButtonSize } = {}): string {
  return cn(
    'inline-flex shrink-0 items-center border font-medium whitespace-nowrap transition-colors',
    'aria-disabled:cursor-not-allowed aria-disabled:opacity-60',
    'aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent',
    VARIANTS[look.variant ?? 'secondary'],
    SIZES[look.size ?? 'md'],
  )
}

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant
  size?: ButtonSize
  icon?: ReactNode
  /** Why the button can't be used now. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined
}

export function Button(props: ButtonProps) {
  const { variant, size, icon, disabledReason, className, children, onClick, ...rest } = props
  const isDisabled = disabledReason !== undefined && disabledReason !== ''
  const disabled = isDisabled ? { 'aria-disabled': true, title: disabledReason } : {}
  return (
    <button
      type="button"
      {...rest}
      {...disabled}
      onClick={isDisabled ? (event) => event.preventDefault() : onClick}
      className={cn(buttonClass({ ...(variant && { variant }), ...(size && { size }) }), className)}
    >
      {icon}
      {children}
    </button>
  )
}
