import { cn } from '@/components/ui/class-names'
import type { Segment } from '@/lib/comparison/text-diff'

/** A text whose differing words are marked, for eyes and for screen readers. */
export function MarkedText({
  segments,
  side,
}: {
  segments: readonly Segment[]
  side: 'primary' | 'mirror'
}) {
  return segments.map(({ text, isMarked }, index) =>
    isMarked ? (
      <mark
        // biome-ignore lint/suspicious/noArrayIndexKey: a segment is its place in the line.
        key={index}
        className={cn(
          'rounded-xs',
          side === 'primary' ? 'bg-accent-soft text-accent' : 'bg-warn-soft text-warn',
        )}
      >
        {text}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a segment is its place in the line.
      <span key={index}>{text}</span>
    ),
  )
}
