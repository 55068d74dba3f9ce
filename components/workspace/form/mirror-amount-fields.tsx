'use client'

import { amountAs, type MirrorAmount } from '@/components/language/route-form'
import { SelectField } from '@/components/ui/field'
import { NumberField } from '@/components/ui/number-field'

interface MirrorAmountFieldsProps {
  amount: MirrorAmount
  isWrong: (field: string) => boolean
  /** Makes another amount of the one there is by then. */
  onAmount: (make: (amount: MirrorAmount) => MirrorAmount) => Promise<void>
}

const KINDS: readonly { value: MirrorAmount['kind']; label: string }[] = [
  { value: 'all', label: 'every request' },
  { value: 'percent', label: 'a percentage' },
  { value: 'fraction', label: 'a fraction' },
]

/** A 32-bit integer, as the API has it. */
const DENOMINATOR_MAX = 2_147_483_647

/** How many of the requests the mirror copies. */
export function MirrorAmountFields({ amount, isWrong, onAmount }: MirrorAmountFieldsProps) {
  const setPart = (part: Partial<Extract<MirrorAmount, { kind: 'fraction' }>>) =>
    onAmount((now) => (now.kind === 'fraction' ? { ...now, ...part } : now))
  return (
    <>
      <SelectField
        label="Mirrored"
        className="min-w-28 flex-1"
        value={amount.kind}
        options={KINDS}
        onChange={(value) => {
          const kind = KINDS.find((option) => option.value === value)?.value
          if (kind !== undefined) void onAmount((now) => amountAs(kind, now))
        }}
      />
      {amount.kind === 'percent' ? (
        <NumberField
          label="Percent"
          value={amount.percent}
          min={0}
          max={100}
          isInvalid={isWrong('percent')}
          fieldClassName="w-18"
          onChange={(percent) =>
            percent === undefined ? undefined : onAmount(() => ({ kind: 'percent', percent }))
          }
        />
      ) : null}
      {amount.kind === 'fraction' ? (
        <>
          <NumberField
            label="Numerator"
            value={amount.numerator}
            min={0}
            max={DENOMINATOR_MAX}
            isInvalid={isWrong('fraction') || isWrong('fraction.numerator')}
            fieldClassName="w-22"
            onChange={(numerator) => (numerator === undefined ? undefined : setPart({ numerator }))}
          />
          <NumberField
            label="Denominator"
            value={amount.denominator}
            min={1}
            max={DENOMINATOR_MAX}
            isInvalid={isWrong('fraction.denominator')}
            fieldClassName="w-22"
            onChange={(denominator) =>
              denominator === undefined ? undefined : setPart({ denominator })
            }
          />
        </>
      ) : null}
    </>
  )
}
