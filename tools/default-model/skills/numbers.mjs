// @ts-check
import { numberInWords } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

const PHRASES = {
  larger: {
    train: [
      'Which [number |]is [larger|bigger|greater], {a} or {b}?',
      'What is the [larger|bigger] number: {a} or {b}?',
      'Is {a} or {b} [larger|bigger|greater]?',
      '[Find|Give me|Name|Choose|Show me|Say] the [larger|bigger|greater|higher] [number|one]: {a} or {b}.',
      '[Of|From] {a} and {b}, which [one |number |]is [larger|bigger|greater|higher|more]?',
      'Which [of these |of the two |]is [more|higher|the larger one|the bigger one|the greater number], {a} or {b}?',
      '{a} or {b}, [which is larger|which is bigger|which one is more|what is greater|what is higher]?',
      '{a} and {b}: [which is larger?|which one is bigger?|the larger one, please.|the greater one.|which is more?]',
      '[Larger|Bigger|Greater|Higher|Larger number|Bigger one]: {a} or {b}?',
      '[I have|Here are|We have|There are] two numbers, {a} and {b}. [Which is larger|Which one is bigger|What is the greater one|Which is the higher one]?',
      '[Can|Could] you [tell me|say|find out] which is [larger|bigger|greater|higher], {a} or {b}?',
      "[I would like|I'd like|I want] to know which [number |]is [larger|bigger|greater], {a} or {b}.",
      "[What is|What's] [more|bigger|larger|greater|higher], {a} or {b}?",
      '[Compare|Look at] {a} and {b}. [Which is larger?|Which one is bigger?|Which is more?|Name the larger one.]',
      '[Compare|Look at] {a} and {b} and [give me|tell me|name|write] the [larger|bigger|greater|higher] [one|number].',
      '[One has|My friend has|Tom has] {a} points, the other [one |]has {b}. Which number is [larger|higher|more]?',
      'What is the [maximum|higher number|greater number|highest] of {a} and {b}?',
      'Do you know [which is bigger|which one is larger|which is more], {a} or {b}?',
      '[For my homework|Quick question|Math|For school]: which is [larger|bigger|greater|more], {a} or {b}?',
      'Between {a} and {b}, which [one |number |]is [larger|bigger|greater|higher]?',
      '[If|When] I [compare|look at] {a} and {b}, which [one |]is [larger|bigger|greater]?',
      'Is {a} [more|bigger|larger|greater] than {b}, or is {b} [more|the larger one|the bigger one]? [Name the larger one|Write the larger number].',
      '[Pick|Take|Select] the [larger|bigger|greater] of {a} and {b}.',
      '[Write|Return|Print] the [larger|bigger|greater] [number |one |]of {a} and {b}.',
      '[Say|Tell me|Write] [which|what] is more: {a} or {b}.',
      '[Say|Tell me] which [one |number |]is [larger|greater|bigger|higher], {a} or {b}.',
      'Of {a} and {b}, [which is more|which one is larger|tell me the larger]?',
    ],
    test: ['Tell me which one is more: {a} or {b}.'],
  },
  smaller: {
    train: [
      'Which [number |]is [smaller|less], {a} or {b}?',
      'What is the smaller number: {a} or {b}?',
      'Is {a} or {b} smaller?',
      '[Find|Give me|Name|Choose|Show me|Say] the [smaller|lower|lesser] [number|one]: {a} or {b}.',
      '[Of|From] {a} and {b}, which [one |number |]is [smaller|lower|less]?',
      'Which [of these |of the two |]is [lower|the smaller one|the lower one|the lesser number], {a} or {b}?',
      '{a} or {b}: which [one |number |]is [smaller|lower|less]?',
      '{a} or {b}, [which is smaller|which is lower|which one is less|what is smaller|what is less]?',
      '{a} and {b}: [which is smaller?|which one is lower?|the smaller one, please.|the lower one.|which is less?]',
      '[Smaller|Lower|Less|Smaller number|Smaller one]: {a} or {b}?',
      '[I have|Here are|We have|There are] two numbers, {a} and {b}. [Which is smaller|Which one is lower|What is the smaller one|Which is less]?',
      '[Can|Could] you [tell me|say|find out] which is [smaller|lower|less], {a} or {b}?',
      "[I would like|I'd like|I want] to know which [number |]is [smaller|lower|less], {a} or {b}.",
      "[What is|What's] [less|smaller|lower], {a} or {b}?",
      '[Compare|Look at] {a} and {b}. [Which is smaller?|Which one is lower?|Which is less?|Name the smaller one.]',
      '[Compare|Look at] {a} and {b} and [give me|tell me|name|write] the [smaller|lower] [one|number].',
      '[One has|My friend has|Tom has] {a} points, the other [one |]has {b}. Which number is [smaller|lower|less]?',
      'What is the [minimum|lower number|lowest|smaller one] of {a} and {b}?',
      'Do you know [which is smaller|which one is lower|which is less], {a} or {b}?',
      '[For my homework|Quick question|Math|For school]: which is [smaller|lower|less], {a} or {b}?',
      'Between {a} and {b}, which [one |number |]is [smaller|lower|less]?',
      '[If|When] I [compare|look at] {a} and {b}, which [one |]is [smaller|lower]?',
      '[Pick|Take|Select] the [smaller|lower] of {a} and {b}.',
      '[Write|Return|Print] the [smaller|lower] [number |one |]of {a} and {b}.',
      'Is {a} smaller, or {b}? [Name the smaller one|Write the smaller number].',
      '[Say|Tell me|Write] [which|what] is less: {a} or {b}.',
      '[Say|Tell me] which [one |number |]is [smaller|lower], {a} or {b}.',
      'Of {a} and {b}, [which is less|which one is smaller|tell me the smaller]?',
    ],
    test: ['Tell me which one is less: {a} or {b}.'],
  },
  largest: {
    train: [
      '[What|Which] is the [largest|biggest|highest] of these[| numbers]: {list}?',
      '[Find|Give me] the [largest|biggest] number: {list}',
      'Which number is the [largest|biggest]: {list}?',
      '[Largest|Biggest|Highest|Greatest|Maximum|Max|Largest number|Biggest one]: {list}',
      '{list}[:| -] which [one |number |]is the [largest|biggest|highest|greatest]?',
      '{list}. [Which is the largest?|Which one is the biggest?|What is the highest number?|Give me the largest.|Name the greatest one.]',
      '[Here are|I have|Look at|We have|These are] [some |my |the |]numbers: {list}. [Which is the largest?|Which one is the biggest?|What is the highest one?|What is the maximum?|Find the largest.]',
      '[Of|Out of|Among|From] [the numbers |]{list}, which [one |]is the [largest|biggest|highest|greatest]?',
      '[Of|Out of|Among] these, which is the [largest|biggest|highest|greatest]: {list}?',
      '[Tell me|Name|Write|Show me] the [maximum|highest number|greatest number|largest one] of {list}.',
      '[Tell me|Name|Choose|Write|Say|Show me|Return] the [largest|biggest|highest|greatest] of [these|these numbers|the numbers|this list]: {list}',
      '[Can|Could|Would] you [please |][find|tell me|name|pick out] the [largest|biggest|highest|greatest] number[| here| in this list]: {list}?',
      "[I would like|I'd like|I want] to know [which number is the largest|which one is the biggest|the highest number|the maximum]: {list}",
      '[I need|I am looking for|Give me|We need] the [largest|biggest|highest|greatest] [number|one|value] [in|of|from] {list}.',
      '[Which|What] number in [this list|this row|the list] is the [largest|biggest|highest]: {list}?',
      'Which of {list} is the [largest|biggest|highest|greatest][| number]?',
      '[For my homework|Quick question|Math|For school|For a game]: which is the [largest|biggest|highest] of {list}?',
      '[These are points|Here are the points|These are scores|Here are the scores]: {list}. [What is the best score|Which is the highest|What is the highest score]?',
      '[Compare|Look at|Take] these numbers and [name|write|give me|tell me] the [largest|biggest|highest|greatest] one: {list}',
      '[If|When] you [compare|look at] {list}, which [number |one |]is the [largest|biggest|highest]?',
      'Do you know which is the [largest|biggest|highest] number [here|of these]: {list}?',
      'Which number is [bigger|larger|higher|greater] than [all the rest|the rest|the other ones|all of the other ones]: {list}?',
      'What is the [biggest|greatest|top] [value|number] in {list}?',
      '[Find|Get|Search for] the [maximum|biggest value|highest one] in [this list|the list|the row]: {list}',
      '[Pick|Name|Find|Take|Say] the number [that is|which is] [largest|highest|greater than the others|larger than all others|at the top]: {list}',
      '[Which|What] number [is above the rest|is over all others|beats all others|is the top one]: {list}?',
      '[Pick|Take] the [top|highest|greatest] of {list}.',
      '[Pick|Say] the one that no other is above: {list}',
    ],
    test: ['Pick the number that is above all others: {list}'],
  },
  smallest: {
    train: [
      '[What|Which] is the [smallest|lowest] of these[| numbers]: {list}?',
      '[Find|Give me] the smallest number: {list}',
      'Which number is the smallest: {list}?',
      '[Smallest|Lowest|Least|Minimum|Min|Smallest number|Lowest one]: {list}',
      '{list}[:| -] which [one |number |]is the [smallest|lowest|least]?',
      '{list}. [Which is the smallest?|Which one is the lowest?|What is the lowest number?|Give me the smallest.|Name the smallest one.]',
      '[Here are|I have|Look at|We have|These are] [some |my |the |]numbers: {list}. [Which is the smallest?|Which one is the lowest?|What is the lowest one?|What is the minimum?|Find the smallest.]',
      '[Of|Out of|Among|From] [the numbers |]{list}, which [one |]is the [smallest|lowest]?',
      '[Of|Out of|Among] these, which is the [smallest|lowest]: {list}?',
      '[Tell me|Name|Write|Show me] the [minimum|lowest number|least number|smallest one] of {list}.',
      '[Tell me|Name|Choose|Write|Say|Show me|Return] the [smallest|lowest] of [these|these numbers|the numbers|this list]: {list}',
      '[Can|Could|Would] you [please |][find|tell me|name|pick out] the [smallest|lowest] number[| here| in this list]: {list}?',
      "[I would like|I'd like|I want] to know [which number is the smallest|which one is the lowest|the lowest number|the minimum]: {list}",
      '[I need|I am looking for|Give me|We need] the [smallest|lowest] [number|one|value] [in|of|from] {list}.',
      '[Which|What] number in [this list|this row|the list] is the [smallest|lowest]: {list}?',
      'Which of {list} is the [smallest|lowest][| number]?',
      '[For my homework|Quick question|Math|For school|For a game]: which is the [smallest|lowest] of {list}?',
      '[These are prices|Here are the prices]: {list}. [What is the lowest price|Which is the lowest|Which price is the smallest]?',
      '[Compare|Look at|Take] these numbers and [name|write|give me|tell me] the [smallest|lowest] one: {list}',
      '[If|When] you [compare|look at] {list}, which [number |one |]is the [smallest|lowest]?',
      'Do you know which is the [smallest|lowest] number [here|of these]: {list}?',
      'Which number is [smaller|lower|less] than [all the rest|the rest|the other ones|all of the other ones]: {list}?',
      'What is the [smallest|lowest|least] [value|number] in {list}?',
      '[Find|Get|Search for] the [minimum|smallest value|lowest one] in [this list|the list|the row]: {list}',
      '[Pick|Name|Find|Take|Say] the number [that is|which is] [smallest|lowest|less than the others|smaller than all others|at the bottom]: {list}',
      '[Which|What] number [is below the rest|is under all others|is the bottom one]: {list}?',
      '[Pick|Take] the [bottom|lowest|least] of {list}.',
      '[Pick|Say] the one that no other is below: {list}',
    ],
    test: ['Pick the number that is below all others: {list}'],
  },
  next: {
    train: [
      'What [number |]comes after {a}?',
      'Which number is [next after|right after] {a}?',
      'What is the number after {a}?',
      '[What|Which number] [follows|comes next after|comes right after|comes directly after|do you say after] {a}?',
      '[Tell me|Give me|Name|Write|Say] the next number after {a}.',
      '[Tell me|Name|Write|Give me|Say] the number that [comes after|follows|comes right after] {a}.',
      'After {a} [comes|comes which number|comes what|we say which number]?',
      '[After {a}|Right after {a}]: which number?',
      '[When|If] [you|I|we] count, [what|which number] [comes after|follows] {a}?',
      '[When|If] [you|I|we] count, what do [you|we] say after {a}?',
      '[I am counting|I count|We count|I am learning to count] and [I am at|I just said|we are at] {a}. [What comes next|What is next|Which number is next]?',
      '[I just said|I am at|We are at|We got to] {a}. [What is the next number|What number follows|Which number comes next]?',
      '{a}: [what comes next?|what is next?|next number.|the number after it?|which number follows?]',
      '{a}, and then? [Which number comes next|What is the next number|What comes after it]?',
      '[Next number|Number after|Next after|One more than|After]: {a}',
      '[What is|How much is|Which number is|Tell me what is] one more than {a}?',
      '[Can|Could] you [tell me|say|name] [the number after {a}|what follows {a}|which number comes after {a}]?',
      "[I would like|I'd like|I want] to know [the number after {a}|what comes after {a}|which number follows {a}].",
      '[Count|Go] one [more|up|further] from {a}. [What do you get|Where are you now|Which number is that]?',
      '[Do you know|Who knows] [what comes after {a}|which number is next after {a}|the number that follows {a}]?',
      '[For my homework|Quick question|Math|For school]: [what comes after|which number follows|what is the number after] {a}?',
      '[This page is|I am on page|I read page|My book is open at page] {a}. Which page [is next|comes next|comes after it]?',
      '[What|Which] number is one [above|higher than|bigger than] {a}?',
      '{a} comes before which number?',
      '{a} is followed by [what|which number]?',
      '[I|We|You] count up [and I am|and are|and come] [at|to] {a}. [What is next|What comes next|Which number comes now]?',
      '[I count|I am counting] up[ and now|:] {a}. [And next|What next|Next number]?',
      '[I say|You say|You hear] {a}[,| and] count [up|on]. What [is|comes] next?',
      'Counting up, I [am at|have reached|just said] {a}. [What comes then|What is my next number]?',
    ],
    test: ['I count up and say {a}. What do I say next?'],
  },
  previous: {
    train: [
      'What [number |]comes before {a}?',
      'Which number is [just|right] before {a}?',
      'What is the number before {a}?',
      '[What|Which number] [comes right before|comes directly before|comes just before|stands before|goes before] {a}?',
      '[Tell me|Give me|Name|Write|Say] the number [right|just|directly] before {a}.',
      '[Tell me|Name|Write|Give me|Say] the number that [comes before|stands before|comes right before] {a}.',
      'Before {a} [comes|comes which number|comes what|we say which number]?',
      '[Before {a}|Right before {a}]: which number?',
      '[When|If] [you|I|we] count, [what|which number] [comes before|is just before] {a}?',
      '[When|If] [you|I|we] count, what do [you|we] say before {a}?',
      '[I count backwards|We count backwards|I am counting backwards] and [I am at|I just said|we are at] {a}. [What comes next|What is next|Which number is next]?',
      '[I just said|I am at|We are at|We got to] {a}. [What was the number before it|What number came before|Which number was before that]?',
      '{a}: [what comes before it?|number before.|the number before it?|which number is before it?|what was before?]',
      '[Previous number|Number before|One less than|Before|The one before]: {a}',
      '[What is|How much is|Which number is|Tell me what is] one less than {a}?',
      '[Can|Could] you [tell me|say|name] [the number before {a}|what comes before {a}|which number is before {a}]?',
      "[I would like|I'd like|I want] to know [the number before {a}|what comes before {a}|which number is right before {a}].",
      '[Count|Go] one back from {a}. [What do you get|Where are you now|Which number is that]?',
      '[Do you know|Who knows] [what comes before {a}|which number is just before {a}|the number that comes before {a}]?',
      '[For my homework|Quick question|Math|For school]: [what comes before|which number is before|what is the number before] {a}?',
      '[This page is|I am on page|I read page|My book is open at page] {a}. Which page [was before|comes before it|is the one before]?',
      '[What|Which] number is one [below|lower than|smaller than|under] {a}?',
      '{a} comes after which number?',
      '{a} follows [what|which number]?',
      'What is the previous number [to|of|before] {a}?',
      '[I|We|You] count down [and I am|and are|and come] [at|to] {a}. [What is next|What comes next|Which number comes now]?',
      '[I count|I am counting] down[ and now|:] {a}. [And next|What next|Next number]?',
      'Counting down, I [am at|have reached|just said] {a}. [What comes then|What is my next number]?',
    ],
    test: ['I count down and say {a}. What do I say next?'],
  },
  parity: {
    train: [
      'Is {a} even or odd?',
      'Is the number {a} [odd or even|even or odd]?',
      'Tell me if {a} is even or odd.',
      '{a}: [even or odd|odd or even|is it even or odd|is this odd or even]?',
      '{a}[,| -] [even or odd|odd or even|is that even or odd|is it odd or even]?',
      '[Odd or even|Is it odd or even|Is this even or odd]: {a}?',
      '[Can|Could] you [tell me|say] [if|whether] {a} is [even or odd|odd or even]?',
      "[I would like|I'd like|I want] to know [if|whether] {a} is [even or odd|odd or even].",
      '[Say|Decide|Find out|Check|Answer|Write] [if|whether] {a} is [even or odd|odd or even].',
      '[Please tell me|Tell me] [whether|if] [the number {a}|{a}] is [odd or even|an even or an odd number].',
      '[Would you call|Do you call|Do we call] {a} [even or odd|odd or even]?',
      '[What is|What kind of number is] {a}, [even or odd|odd or even]?',
      '[Which is it, even or odd|Even number or odd number|Is it odd, or is it even]: {a}?',
      'Is {a} an [even or an odd number|odd or an even number|odd number or an even one|even number or an odd one]?',
      '[I have|Here is|Take|Look at] the number {a}. Is it [even or odd|odd or even]?',
      '[My number is|I think of|I wrote|We live at number|I drew] {a}. Is [that|it|this number] [even or odd|odd or even]?',
      '[For my homework|Quick question|Math|For school]: is {a} [even or odd|odd or even]?',
      'Do you know [if|whether] {a} is [even or odd|odd or even]?',
      '[How about|What about|And] {a}? [Even or odd|Is it even or odd|Odd or even]?',
      '{a} is [even or odd|odd or even|which, even or odd]?',
      '[Parity|Even/odd|Odd/even]: {a}',
      'What is the parity of {a}?',
      '[Name|Give me|Tell me] the parity of {a}: [even or odd|odd or even].',
      'Can {a} be [divided by two|split into two equal groups|shared by two], or not? Is it [even or odd|odd or even]?',
    ],
    test: ['Even or odd: {a}?'],
  },
  double: {
    train: [
      'What is [double|twice|two times] {a}?',
      'Double {a}.',
      'What is the double of {a}?',
      '[What do you get|What is the result|What comes out] [when|if] you [double {a}|multiply {a} by two|take {a} twice]?',
      "[Please double|Now double|Can you double|Let's double|We double] {a}.",
      '[How much is|How many is] [double|twice|two times|the double of] {a}?',
      '[Double of|Twice|Double|Two times|Double it]: {a}',
      'Double {a}, [please.|what is it?|how much is that?]',
      '{a} [doubled|times two|taken twice|two times][ is what?| is how much?| makes what?|?]',
      '{a}: [double it.|what is the double?|what is twice that?|how much is double?]',
      "[I would like|I'd like|I want] to know [how much twice {a} is|the double of {a}|what double {a} is].",
      '[Can|Could] you [tell me|say|work out|calculate] [the double of {a}|what twice {a} is|how much double {a} is]?',
      '[Tell me|Give me|Name|Write|Say] [the double of {a}|double {a}|twice {a}].',
      '[Which|What] number is [twice as big as|twice as large as|twice as much as|two times as big as|double] {a}?',
      '[Take|Start with] {a} and double it. [What do you get|What is the result|How much is it]?',
      '[I have|I had|We have] {a}, and [my sister|my friend|Tom] has twice as [many|much]. [How many is that|How much is that|What number is that]?',
      '[If|When] [I|you|we] double {a}, [what do we get|what is the result|which number comes out]?',
      '[For my homework|Quick question|Math|For school]: [what is|how much is] [double|twice|two times] {a}?',
      'Do you know [the double of {a}|how much twice {a} is|what double {a} is]?',
      '[Calculate|Work out|Compute|Find] [twice|double|the double of|two times] {a}.',
      'Here is a number: {a}. [What is its double?|Double it.|What is twice that number?]',
      'The double of {a} is [what|which number|how much]?',
      '[Multiply {a} by two|Take {a} two times|Take {a} twice|Add {a} to itself].',
      'Twice {a} [is|makes] [what|how much|which number]?',
      'What is {a} times two?',
      '[Say|Tell me|Give me] [twice|double|two times] {a}.',
    ],
    test: ['Tell me two times the number {a}.'],
  },
  half: {
    train: [
      'What is half of {a}?',
      'Halve {a}.',
      'How much is [half of|one half of] {a}?',
      '[What do you get|What is the result|What comes out] [when|if] you [halve {a}|divide {a} by two|cut {a} in half|split {a} in two]?',
      "[Please halve|Now halve|Can you halve|Let's halve|We halve] {a}.",
      '[Half of|Halve|Half|One half of|Halve it]: {a}',
      '{a} [halved|divided by two|cut in half|split in two][ is what?| is how much?| makes what?|?]',
      '{a}: [halve it.|what is half?|what is half of that?|how much is half?]',
      "[I would like|I'd like|I want] to know [how much half of {a} is|the half of {a}|what half of {a} is].",
      '[Can|Could] you [tell me|say|work out|calculate] [the half of {a}|what half of {a} is|how much half of {a} is]?',
      '[Tell me|Give me|Name|Write|Say] [half of {a}|the half of {a}|what half of {a} is].',
      '[Which|What] number is [half as big as|half as large as|half as much as|half of] {a}?',
      '[Take|Start with] {a} and halve it. [What do you get|What is the result|How much is it]?',
      '[I have|I had|We have] {a}, and [my sister|my friend|Tom] has half as [many|much]. [How many is that|How much is that|What number is that]?',
      '[If|When] [I|you|we] halve {a}, [what do we get|what is the result|which number comes out]?',
      '[For my homework|Quick question|Math|For school]: [what is|how much is] half of {a}?',
      'Do you know [the half of {a}|how much half of {a} is|what half of {a} is]?',
      '[Calculate|Work out|Compute|Find] [half of|the half of|one half of] {a}.',
      'Here is a number: {a}. [What is half of it?|Halve it.|What is its half?]',
      'Half of {a} is [what|which number|how much]?',
      '[Divide {a} by two|Cut {a} in half|Split {a} into two equal parts|Split {a} in half].',
      '[Two friends|Two children|Two people] share {a} equally. How [much|many] does each get?',
      '[We share|I share] {a} with [one friend|my brother], and both get the same. How many does each get?',
      'What is {a} divided by two?',
      'What is the half of {a}?',
      '[Say|Give me] [the half|one half|half] of [the number |]{a}.',
      '[What is|How much is] [one half|a half] of the number {a}?',
    ],
    test: ['Tell me one half of the number {a}.'],
  },
  words: {
    train: [
      'Write {a} in words.',
      'Write the number {a} as words.',
      'How do you [write|spell] {a} in words?',
      '[How|How do I|How would you|How can I] write {a} [as a word|out in words|in letters|with letters]?',
      '[How do you|How do we|How would you] [say|read|pronounce] [{a}|the number {a}] in [words|English]?',
      '[Write out|Spell out|Spell|Please spell out|Please write out] [{a}|the number {a}][| in words| in English| in letters].',
      '{a} in [words|letters|English words][|, please|?]',
      '{a}[,| -] [in words, please.|written out.|as words.|in words?|how is it written in words?]',
      '[In words|In letters|As words|Number in words|Spell out|Written out]: {a}',
      "[What is|What's|How is] {a} in words?",
      '[Tell me|Give me|Show me] {a} [written out|spelled out|as words|in words].',
      '[Can|Could|Would] you [please |][write|spell|give me|say] {a} in [words|letters]?',
      "[I would like|I'd like|I want] [to see {a} in words|to write {a} in words|{a} written in words|to know how to spell {a}].",
      '[I have to|I must|I need to] write {a} in words[, how does it look|, please help|. How is it written]?',
      '[Turn|Change|Convert|Rewrite|Translate] [{a}|the number {a}|the digits {a}] [to|into English] words.',
      '[Convert to words|Change to words|Write in words|Use words instead of digits|Write this number in words]: {a}',
      '[Say|Express|Give|State|Spell] the number {a} in words.',
      '[Write|Give] {a} without digits[.|, in words.|, only in letters.]',
      'Which words [do you use|do we use|do I write] for [{a}|the number {a}]?',
      '[My number is|Here is a number:|I have the number|Take the number] {a}. [Write it in words.|Spell it out.|How do you write it in words?]',
      '[For my homework|For a letter|For school|For a form]: [write|spell out|how do you write] {a} in words.',
      'Do you know how to [write|spell] {a} in words?',
      'How is [{a}|the number {a}] [written|spelled|spelled out] in [words|letters]?',
      'Instead of {a}, write the [words|number in words].',
    ],
    test: ['Put {a} into words.'],
  },
  digits: {
    train: [
      'Write {words} in digits.',
      'Write {words} as a number.',
      'What is {words} in digits?',
      '[How|How do I|How do you|How would you|How can I] write {words} [in digits?|with digits?|as digits.|in numerals?|in figures?]',
      '[How do you|How do we|How would you] write {words} as a number?',
      '{words} in [digits|numerals|figures|numbers][|, please|?]',
      '{words}[,| -] [in digits, please.|as digits.|as a number.|in digits?]',
      '[In digits|As digits|As a number|In figures|Number in digits]: {words}',
      '[What number is|Which number is|What is the number] {words}[?| in digits?| when written in digits?]',
      "[What is|What's|How is] {words} [written in digits?|as digits.|as a number.]",
      '[Tell me|Give me|Show me] {words} [in digits|as digits|as a number|in numerals].',
      '[Can|Could|Would] you [please |][write|give me|show me] {words} [in digits?|as digits.|as a number.|with digits?]',
      "[I would like|I'd like|I want] [to see|to write|to have] {words} [in digits|as a number|with digits].",
      '[I have to|I must|I need to] write {words} in digits[, please help|. How does it look|. How is it written]?',
      '[Turn|Change|Convert|Rewrite|Translate] {words} [to digits|to a number|to numerals|into a number].',
      '[Convert to digits|Change to digits|Write in digits|Use digits instead of words|Write this number in digits]: {words}',
      '[Express|Give|State|Type|Print] {words} [in digits|as digits|with digits].',
      '[Write|Give me] {words} without [words|letters][.|, in digits.|, only digits.]',
      'Which digits [do you use|do we use|do I write] for {words}?',
      '[My number is|Here is a number:|I have the number|Take the number] {words}. [Write it in digits.|Write it with digits.|How do you write it in digits?]',
      '[For my homework|For a table|For school|For a form]: [write|how do you write|give me] {words} in digits.',
      'Do you know how to write {words} [in digits?|as a number.|with digits?]',
      'How is {words} written [in digits?|in numerals?|with digits?|as a number.]',
      'Instead of {words}, write [the digits|the number in digits].',
      '[Write|Show] the number {words} [with|in|using] digits.',
    ],
    test: ['Put {words} into digits.'],
  },
  count: {
    train: [
      'Count from {a} to {b}.',
      'Please count from {a} to {b}.',
      'Can you count from {a} to {b}?',
      'Count up from {a} to {b}.',
      '[Count|Count up|Keep counting|Please count up] [starting at|starting from|starting with|beginning at|beginning with] {a} [and stop at|and end with|and end at|until you reach|up to] {b}.',
      '[Count|Go on|Go] from {a} [up to|all the way to|until|till] {b}[.|, please.]',
      '[Start|Begin] [at|with] {a} and count [to|up to|until|till] {b}.',
      '[Count|Counting|Numbers|All numbers|List]: {a} to {b}',
      '{a} to {b}: [count|count up|list the numbers|all the numbers], please.',
      'From {a} to {b}: [count|list all numbers|write all numbers|count up|which numbers are these]?',
      '[List|Write|Write down|Give me|Show me|Name|Tell me] [all |all the |the |]numbers from {a} [to|up to|through|until] {b}[.|, please.]',
      '[Which|What] numbers [do you say|do I say|do we say|come] when [counting|you count] from {a} to {b}?',
      '[Which|What] are the numbers from {a} [to|up to|through] {b}?',
      '[Could|Would|Will] you [please |]count from {a} [to|up to] {b}[| for me]?',
      '[Can|Could] you [list|write|name|give me] [all |]the numbers from {a} [to|up to] {b}?',
      "[I would like|I'd like|I want] you to count from {a} [to|up to|until] {b}.",
      "[I would like|I'd like|I want] [all the|the] numbers from {a} [to|up to] {b}.",
      '[My child is learning to count|I am learning to count|We play hide and seek|Help me to practice]. [Count|Please count|Now count] from {a} to {b}.',
      "[Let's count|Let us count|We count|Now count|Go ahead and count] from {a} [to|up to] {b}.",
      '[How do you|How do I|How do we] count from {a} to {b}?',
      'Do you know how to count from {a} to {b}? [Show me|Please do it|Do it].',
      '[Write|Give me|Make|Print] a [list|row|line] of [all the|the] numbers from {a} to {b}.',
      'The numbers from {a} to {b}[, please|, in order|, one after another|].',
      '[In order|One by one|Upwards]: all numbers from {a} to {b}.',
      'First {a}, last {b}: [count|write all the numbers|list the numbers in order].',
      'Begin with the number {a}, go up one at a time, and [stop|end] at {b}.',
      '[Say|Write|List|Name|Give] [all|all the|the] numbers [from|between] {a} [to|and] {b}[, both too|, with {a} and {b}|, ends included|].',
      '[Say|Write|Name] all numbers from {a} up to {b}.',
      '[All|The] numbers between {a} and {b}, [with the two|both included|and these two too][, please|].',
      '[Start|Begin] at {a} and [say|write] each number up to {b}.',
    ],
    test: ['Say all numbers between {a} and {b}, with both ends.'],
  },
  countDown: {
    train: [
      'Count down from {b} to {a}.',
      'Count backwards from {b} to {a}.',
      "[Please count|Can you count|Could you count|Now count|Let's count|We count] [down|backwards|back|backward] from {b} to {a}.",
      '[Count|Go] [down|backwards|back|backward] [starting at|starting from|starting with|beginning at|beginning with] {b} [and stop at|and end with|and end at|until you reach|down to] {a}.',
      '[Count|Go] from {b} [down to|backwards to|back down to|all the way down to] {a}[.|, please.]',
      '[Start|Begin] [at|with] {b} and count [down to|back to|backwards to|down until|down till] {a}.',
      '[Countdown|Count down|Count backwards|Backwards|Counting down]: {b} to {a}',
      '{b} [down to|backwards to|back to] {a}: [count|count down|list the numbers|all the numbers], please.',
      'From {b} down to {a}: [count|list all numbers|write all numbers|count down|which numbers are these]?',
      '[List|Write|Write down|Give me|Show me|Name|Tell me] [all |all the |the ]numbers from {b} [down to|backwards to] {a}[.|, please.]',
      '[Which|What] numbers [do you say|do I say|do we say|come] when [counting|you count] [down|backwards] from {b} to {a}?',
      '[Which|What] are the numbers from {b} down to {a}?',
      '[Could|Would|Will] you [please |]count [down|backwards] from {b} to {a}[| for me]?',
      '[Can|Could] you [list|write|name|give me] [all |]the numbers from {b} down to {a}?',
      "[I would like|I'd like|I want] you to count [down|backwards|back] from {b} to {a}.",
      '[The rocket is ready|We start a rocket|I am learning to count backwards|Help me to practice]. [Count|Please count|Now count] [down|backwards] from {b} to {a}.',
      '[How do you|How do I|How do we] count [down|backwards] from {b} to {a}?',
      '[Write|Give me|Make|Print] a [list|row|line|countdown] of [all the|the] numbers from {b} down to {a}.',
      "[Do|Make|Give me|Start|I need|Let's do] a countdown from {b} to {a}.",
      'The numbers from {b} down to {a}[, please|, in falling order|, one after another|].',
      '[In falling order|One by one|Downwards|In reverse]: all numbers from {b} down to {a}.',
      'First {b}, last {a}: [count down|write all the numbers|list the numbers backwards].',
      'Begin with the number {b}, go down one at a time, and [stop|end] at {a}.',
      '[Say|Write|List|Name|Give] the numbers from {b} [down|backwards] to {a}.',
      '[Start|Begin] at {b} and [say|write] each number down to {a}.',
    ],
    test: ['Say the numbers from {b} back to {a}.'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Check} Check */
/** @typedef {{ values: Record<string, string | number>, key: (string | number)[] | null, answer: string, check: Check }} Drawn */

/** @param {string} answer @param {string[]} also @returns {Check} */
const exact = (answer, ...also) => ({ kind: 'exact', answers: [answer, ...also] });

/** @param {Random} random */
const upTo99 = (random) => random.between(0, 99);

/** @type {Readonly<Record<Kind, (random: Random) => Drawn>>} */
const DRAW = {
  larger: (random) => ofPair(random, Math.max),
  smaller: (random) => ofPair(random, Math.min),
  largest: (random) => ofList(random, Math.max),
  smallest: (random) => ofList(random, Math.min),
  next: (random) => plain(random.between(0, 300), (a) => a + 1),
  previous: (random) => plain(random.between(1, 300), (a) => a - 1),
  parity: (random) => {
    const a = random.between(0, 200);
    const answer = `${a} is ${a % 2 === 0 ? 'even' : 'odd'}.`;
    return { values: { a }, key: [a], answer, check: exact(answer, a % 2 === 0 ? 'even' : 'odd') };
  },
  double: (random) => plain(upTo99(random), (a) => 2 * a),
  half: (random) => plain(2 * upTo99(random), (a) => a / 2),
  words: (random) => {
    const a = random.between(0, 999);
    return { values: { a }, key: [a], answer: numberInWords(a), check: exact(numberInWords(a)) };
  },
  digits: (random) => {
    const a = random.between(0, 999);
    return { values: { words: numberInWords(a) }, key: [a], answer: String(a), check: exact(String(a)) };
  },
  count: (random) => ofRange(random, false),
  countDown: (random) => ofRange(random, true),
};

/** @param {Random} random @param {(a: number, b: number) => number} best @returns {Drawn} */
function ofPair(random, best) {
  const high = random.pick([20, 99, 99, 999]);
  const a = random.between(0, high);
  const b = a === high ? a - 1 : random.between(a + 1, high);
  const [first, second] = random.sample([a, b]);
  const answer = String(best(a, b));
  return {
    values: { a: first ?? a, b: second ?? b },
    key: [Math.min(a, b), Math.max(a, b)],
    answer,
    check: exact(answer),
  };
}

/** @param {Random} random @param {(...numbers: number[]) => number} best @returns {Drawn} */
function ofList(random, best) {
  /** @type {Set<number>} */
  const numbers = new Set();
  for (const size = random.between(3, 5); numbers.size < size; ) numbers.add(upTo99(random));
  const list = [...numbers];
  const answer = String(best(...list));
  return { values: { list: list.join(', ') }, key: list, answer, check: exact(answer) };
}

/** @param {number} a @param {(a: number) => number} result @returns {Drawn} */
function plain(a, result) {
  const answer = String(result(a));
  return { values: { a }, key: [a], answer, check: exact(answer) };
}

/** @param {Random} random @param {boolean} down @returns {Drawn} */
function ofRange(random, down) {
  const a = random.chance(0.6) ? random.between(0, 9) : random.between(10, 90);
  const b = a + random.between(2, 9);
  const items = Array.from({ length: b - a + 1 }, (_, i) => String(down ? b - i : a + i));
  return {
    values: { a, b },
    key: a < 3 ? null : [a, b],
    answer: items.join(', '),
    check: { kind: 'list', items },
  };
}

/** @param {Random} random @param {Split} split */
function numbersTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (Object.keys(PHRASES)));
  const { values, answer, check } = drawFor(
    split,
    `numbers-${kind}`,
    () => DRAW[kind](random),
    ({ key }) => key,
  );
  return { user: say(random, split, PHRASES[kind], values), answer, brief: answer, check };
}

export const NUMBERS = singleTurnSkill('numbers', PHRASES, numbersTurn, { casual: true });
