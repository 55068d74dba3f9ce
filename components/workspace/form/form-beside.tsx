'use client'

import { ListTree } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { useUrlState } from '@/components/data/use-url-state'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { FormPanel } from './form-panel'

/** Whether the form is open is part of the address. */
const PARAMETER = 'form'

/** Opens and closes the form. */
export function FormToggle() {
  const url = useUrlState()
  const isOpen = url.get(PARAMETER) === '1'
  return (
    <Button
      icon={<ListTree size={14} aria-hidden />}
      aria-pressed={isOpen}
      onClick={() => url.set({ [PARAMETER]: isOpen ? '' : '1' })}
    >
      Form
    </Button>
  )
}

interface FormBesideProps extends ComponentProps<typeof FormPanel> {
  children: ReactNode
}

/** The form beside the editor, or in its place where there is no room for both. */
export function FormBeside({ children, ...form }: FormBesideProps) {
  const isOpen = useUrlState().get(PARAMETER) === '1'
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1">
        {isOpen ? (
          <div className="flex flex-col border-line max-@2xl:flex-1 @2xl:w-84 @2xl:border-r">
            <FormPanel {...form} />
          </div>
        ) : null}
        <div className={cn('flex min-w-0 flex-1', isOpen && 'max-@2xl:hidden')}>{children}</div>
      </div>
    </div>
  )
}
