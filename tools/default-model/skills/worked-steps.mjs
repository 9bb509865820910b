// @ts-check
const PLACES = ['Ones', 'Tens', 'Hundreds', 'Thousands'];

/**
 * Column addition or subtraction, one line a digit from the right:
 *
 *     Ones: 7 + 5 = 12, write 2, carry 1.
 *     Tens: 4 + 8 + 1 = 13, write 3, carry 1.
 *
 * @param {'addition' | 'subtraction'} operation
 * @param {number} a
 * @param {number} b not above a when subtracting
 */
export function workedSteps(operation, a, b) {
  const lines = [];
  let carry = 0;
  for (let place = 0; place < Math.max(String(a).length, String(b).length); place++) {
    const [top, bottom] = [digitOf(a, place), digitOf(b, place)];
    const [work, next] =
      operation === 'addition' ? added(top, bottom, carry) : subtracted(top, bottom, carry);
    lines.push(`${PLACES[place]}: ${work}.`);
    carry = next;
  }
  return lines.join('\n');
}

/** @param {number} value @param {number} place */
function digitOf(value, place) {
  return Math.floor(value / 10 ** place) % 10;
}

/** @param {number} top @param {number} bottom @param {number} carry @returns {[string, number]} */
function added(top, bottom, carry) {
  const sum = top + bottom + carry;
  const work = `${top} + ${bottom}${carry > 0 ? ' + 1' : ''} = ${sum}`;
  return sum > 9 ? [`${work}, write ${sum - 10}, carry 1`, 1] : [work, 0];
}

/** @param {number} top @param {number} bottom @param {number} borrowed @returns {[string, number]} */
function subtracted(top, bottom, borrowed) {
  const rest = top - bottom - borrowed;
  const tail = borrowed > 0 ? ' - 1' : '';
  if (rest >= 0) return [`${top} - ${bottom}${tail} = ${rest}`, 0];
  return [`${top + 10} - ${bottom}${tail} = ${rest + 10}, borrow 1`, 1];
}
