'use client'

import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { Button } from '@/components/ui/button'

interface RowActionsProps {
  /** `backend 1`. */
  what: string
  index: number
  count: number
  onMove: (to: number) => void
  onRemove: () => void
}

/** Up, down and away for one item of a list. */
export function RowActions({ what, index, count, onMove, onRemove }: RowActionsProps) {
  return (
    <div className="ml-auto flex">
      {count < 2 ? null : (
        <>
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Move ${what} up`}
            disabledReason={index === 0 ? 'It is the first' : undefined}
            icon={<ArrowUp size={14} aria-hidden />}
            onClick={() => onMove(index - 1)}
          />
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Move ${what} down`}
            disabledReason={index === count - 1 ? 'It is the last' : undefined}
            icon={<ArrowDown size={14} aria-hidden />}
            onClick={() => onMove(index + 1)}
          />
        </>
      )}
      <Button
        variant="ghost"
        size="icon"
        aria-label={`Remove ${what}`}
        icon={<X size={14} aria-hidden />}
        onClick={onRemove}
      />
    </div>
  )
}
