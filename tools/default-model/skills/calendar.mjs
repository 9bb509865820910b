// @ts-check
import { say } from '../language/phrases.mjs';
import { isHeldOut } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS =
  'January, February, March, April, May, June, July, August, September, October, November, December'.split(
    ', ',
  );
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const POSITIONS =
  'first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth'.split(', ');

const PHRASES = {
  tomorrow: {
    train: [
      'What day comes after {day}?',
      'If today is {day}, what day is tomorrow?',
      'Today is {day}. What day is it tomorrow?',
      'Which day [follows|comes right after] {day}?',
      '[Which|What] day is [right |just |]after {day}?',
      '[Which|What] day [of the week |]comes next after {day}?',
      '[Name|Tell me|Give me|Say] the day [that comes |that follows |]after {day}.',
      'Tell me [which|what] day [comes after|follows] {day}.',
      'What is the day after {day}[ called|]?',
      'What is the next day after {day}?',
      'The day after {day}[?|, please.]',
      'Day after {day}:',
      '{day}, and then?',
      '{day} and the next day is ...?',
      'After {day} comes ...?',
      'After {day}, [which|what] day comes[ next|]?',
      'It is {day} today, so [which|what] day comes next?',
      '[Today is|It is|Today it is|We have] {day}[ today|]. [Which|What] day [will it be|is it|do we have] tomorrow?',
      'Today is {day}. Tomorrow is ...?',
      'Today: {day}. Tomorrow?',
      '[Since|As|Because] today is {day}, what will tomorrow be?',
      'If [it is|we have] {day} today, [which|what] day [will it be|is it|do we have] tomorrow?',
      'When today is {day}, what [do we call tomorrow|is the name of tomorrow]?',
      'What day is tomorrow if today is {day}?',
      'What [is|will be] tomorrow when it is {day} today?',
      'What day will it be tomorrow? Today is {day}.',
      '[When|Once] {day} is over, [which|what] day [begins|starts|comes]?',
      "[I want|I would like|I'd like] to know [which|what] day comes after {day}.",
      'I [wonder|am asking myself] [which|what] day follows {day}.',
      'I [forgot|do not remember] which day comes after {day}. [Can you help?|Do you know?|Which is it?]',
      '[Can|Could] you [please |]tell me [which|what] day [comes|is] after {day}?',
      'Do you know [which|what] day [comes after|follows] {day}?',
      '[For my homework|For my class|For school]: [which|what] day comes after {day}?',
      'I have an appointment tomorrow, and today is {day}. [What|Which] day is that?',
      'The next day after {day} is which one?',
      'Now it is {day}, but what day will it be tomorrow?',
      'My friend comes tomorrow. Today is {day}. On [which|what] day does my friend come?',
    ],
    test: ['It is {day} now. Tell me the next day.'],
  },
  yesterday: {
    train: [
      'What day comes before {day}?',
      'If today is {day}, what day was yesterday?',
      'Today is {day}. What day was it yesterday?',
      'Which day is [right |]before {day}?',
      '[Which|What] day is [just |directly |]before {day}?',
      '[Which|What] day [of the week |]comes [right |just |]before {day}?',
      '[Name|Give me|Say|Tell me] the day [that comes |that is |]before {day}.',
      'Tell me [which|what] day comes before {day}.',
      'What is the day before {day}[ called|]?',
      'The day before {day}[?|, please.]',
      'Day before {day}:',
      'Before {day} comes ...?',
      'Before {day}, [which|what] day [is it|comes|do we have]?',
      '{day} comes after which day?',
      '{day} follows [which|what] day?',
      '[Which|What] day [goes before|precedes] {day}?',
      '[Which|What] day does {day} [follow|come after]?',
      'It is {day} today, so [which|what] day was it yesterday?',
      '[It is|Today it is|We have] {day}[ today|]. [Which|What] day was [it |]yesterday?',
      '[Today is|It is] {day}. Yesterday was ...?',
      'Today: {day}. Yesterday?',
      '[Since|As|Because] today is {day}, what was yesterday?',
      'If [it is|we have] {day} today, [which|what] day was it yesterday?',
      'When today is {day}, what [was yesterday|was the day before|is the name of yesterday]?',
      'What day was yesterday if today is {day}?',
      'What day was it yesterday? Today is {day}.',
      '[When|As] {day} begins, [which|what] day [has just ended|has ended|was the last one]?',
      "[I want|I would like|I'd like] to know [which|what] day comes before {day}.",
      'I [wonder|am asking myself] [which|what] day is before {day}.',
      'I [forgot|do not remember] which day comes before {day}. [Can you help?|Do you know?|Which is it?]',
      '[Can|Could] you [please |]tell me [which|what] day [comes|is] before {day}?',
      'Do you know [which|what] day [comes|is] before {day}?',
      '[For my homework|For my class|For school]: [which|what] day comes before {day}?',
      'I was ill yesterday, and today is {day}. [What|Which] day was that?',
      'My friend came yesterday. Today is {day}. On [which|what] day did my friend come?',
      'One day before {day} is which day?',
      'Go back one day from {day}. [Where are you?|What day is that?]',
    ],
    test: ['It is {day} now. Tell me the day before.'],
  },
  afterTomorrow: {
    train: [
      'Today is {day}. What day is the day after tomorrow?',
      'If today is {day}, what day is it in two days?',
      'What day is the day after tomorrow if today is {day}?',
      'If today is {day}, [which|what] day is the day after tomorrow?',
      '[It is|Today it is|We have] {day}[ today|]. [Which|What] day will it be [the day after tomorrow|in two days]?',
      '[Today is|It is] {day}. The day after tomorrow is ...?',
      'Today: {day}. The day after tomorrow?',
      '[Since|As|Because] today is {day}, what will the day after tomorrow be?',
      '[Which|What] day [is|comes] two days after {day}?',
      'Two days after {day} is [which day|what day|...]?',
      '{day} plus two days[ is ...|]?',
      '{day}, and then two days later?',
      '[Name|Tell me|Give me|Say] the day [that is |that comes |]two days after {day}.',
      'Tell me [which|what] day it is two days after {day}.',
      'When today is {day}, what [do we call the day after tomorrow|is the day after tomorrow]?',
      '[Which|What] day will it be in two days? Today is {day}.',
      'In two days, [which|what] day will it be if today is {day}?',
      '[Which|What] day do we have in two days if we have {day} today?',
      'Count two days [on|forward] from {day}. [Where do you land?|Which day is it?|What day is that?]',
      'We meet the day after tomorrow, and today is {day}. [Which|What] day [is that|do we meet]?',
      'My friend comes in two days. Today is {day}. On [which|what] day does my friend come?',
      'My [party|birthday|test] is the day after tomorrow. It is {day} today. On [which|what] day is it?',
      "[I want|I would like|I'd like] to know [which|what] day it is two days after {day}.",
      'I wonder [which|what] day it will be the day after tomorrow. Today is {day}.',
      '[Can|Could] you [please |]tell me [which|what] day is two days after {day}?',
      'Do you know [which|what] day the day after tomorrow is, if today is {day}?',
      '[For my homework|For my class|For school]: today is {day}. What is the day after tomorrow?',
      'Today is {day}, tomorrow is the next day. And the day after that?',
    ],
    test: ['It is {day} now. Tell me the day after tomorrow.'],
  },
  inDays: {
    train: [
      'Today is {day}. What day is it in {n} days?',
      'If it is {day}, what day will it be in {n} days?',
      'What day is {n} days after {day}?',
      '[Today is|It is|Today it is|We have] {day}[ today|]. [Which|What] day [will it be|is it|do we have] in {n} days?',
      'If today is {day}, [which|what] day [is it|will it be|comes] in {n} days?',
      '[Which|What] day [is it|will it be|comes] {n} days after {day}?',
      '[Which|What] day [of the week |]is {n} days [later than|from] {day}?',
      'In {n} days, [which|what] day will it be if today is {day}?',
      '[Which|What] day will it be in {n} days if [it is|today is|we have] {day}[ now|]?',
      'What day is it in {n} days? Today is {day}.',
      '{n} days after {day} is [which day|what day|...]?',
      '{n} days after {day}?',
      '{n} days from {day}: [which|what] day[ is it|]?',
      '{day} plus {n} days[ is ...|]?',
      '{day}, and then {n} days later?',
      'Today: {day}. In {n} days?',
      '[Name|Tell me|Give me|Say] the day [that is |that comes |]{n} days after {day}.',
      'Tell me [which|what] day it is {n} days after {day}.',
      '[Count|Go] {n} days [on|forward] from {day}. [Where do you land?|Which day is it?|What day is that?]',
      'Start on {day} and [count|go] {n} days forward. [Which|What] day [is that|do you reach]?',
      '[When|Once] {n} days have passed after {day}, [which|what] day is it?',
      '{n} days pass after {day}. [Which|What] day [is it|do we have]?',
      'From {day}, {n} days go by. [Which|What] day is it?',
      'We meet in {n} days, and today is {day}. [Which|What] day [is that|do we meet]?',
      'My friend comes in {n} days. Today is {day}. On [which|what] day does my friend come?',
      'My [party|birthday|test|trip] is in {n} days. It is {day} today. On [which|what] day is it?',
      'I have to wait {n} days, and today is {day}. [On which day am I done?|What day will it be?|Until which day is that?]',
      'A [parcel|letter] takes {n} days. I send it on {day}. On [which|what] day does it come?',
      "[I want|I would like|I'd like] to know [which|what] day it is {n} days after {day}.",
      'I wonder [which|what] day it will be in {n} days. Today is {day}.',
      '[Can|Could] you [please |]tell me [which|what] day is {n} days after {day}?',
      'Do you know [which|what] day it will be in {n} days, if today is {day}?',
      '[For my homework|For my class|For school]: today is {day}. What day is it in {n} days?',
      'Suppose today is {day}. What day will it be in {n} days?',
      'My calendar says today is {day}. What day is it in {n} days?',
      'I know that today is {day}. What day will it be in {n} days?',
      'When it is {day}, what day will it be in {n} days?',
      'On {day} we start, and {n} days later we finish. [Which|What] day do we finish?',
    ],
    test: ['It is {day} now. I wait {n} days. Which day is it then?'],
  },
  daysAgo: {
    train: [
      'Today is {day}. What day was it {n} days ago?',
      'What day is {n} days before {day}?',
      '[It is|Today it is|We have] {day}[ today|]. [Which|What] day was it {n} days ago?',
      '[It is|Today is] {day}. [Which|What] day [was|did we have] {n} days [before|earlier]?',
      'If today is {day}, [which|what] day was [it |]{n} days ago?',
      '[Which|What] day [was it|comes|do we have] {n} days before {day}?',
      '[Which|What] day [of the week |]is {n} days earlier than {day}?',
      '{n} days ago, [which|what] day was it if today is {day}?',
      '[Which|What] day was it {n} days ago if [it is|today is|we have] {day}[ now|]?',
      'What day was it {n} days ago? Today is {day}.',
      '{n} days before {day} is [which day|what day|...]?',
      '{n} days before {day}?',
      '{n} days back from {day}: [which|what] day[ is it|]?',
      '{day} minus {n} days[ is ...|]?',
      '{day}, but {n} days earlier?',
      'Today: {day}. {n} days ago?',
      '[Name|Tell me|Give me|Say] the day [that is |that comes |]{n} days before {day}.',
      'Tell me [which|what] day it was {n} days before {day}.',
      'Count {n} days [back|backwards] from {day}. [Where do you land?|What day is it?]',
      'Start on {day} and [count|go] {n} days [back|backwards]. [Which|What] day do you reach?',
      'We met {n} days ago, and today is {day}. [Which|What] day [was that|did we meet]?',
      'My friend came {n} days ago. Today is {day}. On [which|what] day did my friend come?',
      'My [party|birthday|test|trip] was {n} days ago. It is {day} today. On [which|what] day was it?',
      'I have waited {n} days, and today is {day}. On [which|what] day did I start?',
      'A [parcel|letter] came on {day} after {n} days. On [which|what] day was it sent?',
      "[I want|I would like|I'd like] to know [which|what] day it was {n} days before {day}.",
      'I wonder [which|what] day it was {n} days ago. Today is {day}.',
      '[Can|Could] you [please |]tell me [which|what] day is {n} days before {day}?',
      'Do you know [which|what] day it was {n} days ago, if today is {day}?',
      '[For my homework|For my class|For school]: today is {day}. What day was it {n} days ago?',
      'Suppose today is {day}. What day was it {n} days ago?',
      'My calendar says today is {day}. What day was it {n} days ago?',
      'I know that today is {day}. What day was it {n} days ago?',
      'When it is {day}, what day was it {n} days ago?',
      'It is {day}. I became ill {n} days ago. [Which|What] day was that?',
    ],
    test: ['It is {day} now. Go back {n} days. Which day is that?'],
  },
  nextMonth: {
    train: [
      'What month comes after {month}?',
      'Which month [follows|is after|comes right after] {month}?',
      'It is {month}. What is the next month?',
      '[Which|What] month is [right |just |]after {month}?',
      '[Which|What] month [of the year |]comes next after {month}?',
      '[Name|Tell me|Give me|Say] the month [that comes |that follows |]after {month}.',
      'Tell me [which|what] month [comes after|follows] {month}.',
      'What is the month after {month}[ called|]?',
      'What is the next month after {month}?',
      'The month after {month}[?|, please.]',
      'Month after {month}:',
      '{month}, and then?',
      '{month} and the next month is ...?',
      'After {month} comes ...?',
      'After {month}, [which|what] month comes[ next|]?',
      '[This month is|It is] {month}. Next month is ...?',
      'This month: {month}. Next month?',
      '[It is|We have|We are in|This month is] {month}[ now|]. [Which|What] month [comes next|is next|will it be next|follows]?',
      'If [it is|this month is|we are in] {month}, [which|what] month [comes next|is next]?',
      '[Since|As|Because] it is {month}, what will next month be?',
      'What is next month if this month is {month}?',
      '[When|Once] {month} [ends|has ended], [which|what] month [starts|comes]?',
      '[Which|What] month begins [when|once|as soon as] {month} has ended?',
      '{month} comes just before which month?',
      'I [wonder|am asking myself] [which|what] month follows {month}.',
      "[I want|I would like|I'd like] to know [which|what] month comes after {month}.",
      'I [forgot|do not remember] which month comes after {month}. [Can you help?|Do you know?|Which is it?]',
      '[Can|Could] you [please |]tell me [which|what] month [comes|is] after {month}?',
      'Do you know [which|what] month [comes after|follows] {month}?',
      '[For my homework|For my class|For school]: [which|what] month comes after {month}?',
      'My [birthday|holiday|trip] is next month. It is {month} now. In [which|what] month is it?',
      'I turn the page of the calendar after {month}. [Which|What] month do I see?',
      'One month after {month} is [which month|what month|...]?',
    ],
    test: ['{month} is over. Which month begins?'],
  },
  lastMonth: {
    train: [
      'What month comes before {month}?',
      'Which month is [right |]before {month}?',
      'It is {month}. What was the month before?',
      '[Which|What] month is [just |directly |]before {month}?',
      '[Which|What] month [of the year |]comes [right |just |]before {month}?',
      '[Name|Tell me|Give me|Say] the month [that comes |that is |]before {month}.',
      'Tell me [which|what] month comes before {month}.',
      'What is the month before {month}[ called|]?',
      'The month before {month}[?|, please.]',
      'Month before {month}:',
      'Before {month} comes ...?',
      'Before {month}, [which|what] month [is it|comes|do we have]?',
      '{month} comes [right |]after which month?',
      '{month} follows [which|what] month?',
      '[Which|What] month [goes before|precedes] {month}?',
      '[Which|What] month does {month} [follow|come after]?',
      '[This month is|It is] {month}. Last month was ...?',
      'This month: {month}. Last month?',
      '[It is|We have|We are in|This month is] {month}[ now|]. [Which|What] month [was last month|was it last month|did we have before]?',
      'If [it is|this month is|we are in] {month}, [which|what] month was last month?',
      '[Since|As|Because] it is {month}, what was last month?',
      'What was last month if this month is {month}?',
      '[Which|What] month [ends|is over|has ended] [just before|when] {month} [starts|comes]?',
      'I [wonder|am asking myself] [which|what] month is before {month}.',
      "[I want|I would like|I'd like] to know [which|what] month comes before {month}.",
      'I [forgot|do not remember] which month comes before {month}. [Can you help?|Do you know?|Which is it?]',
      '[Can|Could] you [please |]tell me [which|what] month [comes|is] before {month}?',
      'Do you know [which|what] month [comes|is] before {month}?',
      '[For my homework|For my class|For school]: [which|what] month comes before {month}?',
      'My [birthday|holiday|trip] was last month. It is {month} now. In [which|what] month was it?',
      'Go back one month from {month}. [Where are you?|What month is that?]',
      'One month before {month} is [which month|what month|...]?',
    ],
    test: ['{month} begins. Which month is over?'],
  },
  length: {
    train: [
      'How many days [are in|are there in] {month}?',
      'How many days does {month} have?',
      'How many days long is {month}?',
      'How long is {month} in days?',
      'How many days [long |]does the month of {month} [have|last]?',
      'How many days are [in|part of] the month of {month}?',
      '{month}: how many days?',
      '{month} has how many days?',
      '{month} has ... days?',
      'In {month}, how many days are there?',
      'Days in {month}?',
      'Number of days in {month}[?|:]',
      'Length of {month}[?| in days:]',
      'What is the [number of days in|length of|length in days of] [the month of |]{month}?',
      'How many days [do we have|can I count|are there to count] in {month}?',
      'How [long|many days long] is the month {month}?',
      '[Tell me|Please tell me|Say] how many days {month} has.',
      '[Tell me|Please tell me|Say] how [long|many days long] {month} is.',
      '[Can|Could] you [please |]tell me how many days [{month} has|there are in {month}]?',
      'Do you know how [many days {month} has|long {month} is]?',
      "[I want|I would like|I'd like] to know how many days [{month} has|are in {month}].",
      'I [wonder|am asking myself] how many days [{month} has|there are in {month}].',
      'I [forgot|never remember|do not remember] how many days {month} has. [Can you help?|Do you know?|How many are they?]',
      'I want to know what number of days {month} has.',
      '[For my homework|For my class|For school]: how many days does {month} have?',
      'I am [making|drawing] a calendar. How many days [does {month} have|do I need for {month}]?',
      'Think of the month {month}. How many days has it got?',
      'The month is {month}. How many days does it last?',
      '[Count|Give] the days of {month}. How many are there?',
      'From the first to the last day of {month}, how many days is that?',
      'I count the days of {month}. How many [do I get|are they]?',
      'Over how many days does {month} go?',
      'I [rent|book] a room for a month. How many days does {month} have?',
      '[My child|My friend|My teacher] asks: How many days does {month} have?',
      'How many days does {month} have [in all|in total|altogether]?',
      'Months are not equally long. How many days does {month} have?',
      'I stay for the whole month of {month}. How many days is that?',
      'Is {month} long or short? How many days are in it?',
    ],
    test: ['Tell me the number of days in {month}.'],
  },
  position: {
    train: [
      'What is the {nth} month of the year?',
      'Which month is the {nth} [of the year|month]?',
      'Name the {nth} month.',
      '[Which|What] is the {nth} month[ of the year| in the year| of a year|]?',
      'The {nth} month of the year[ is ...|, please.|?]',
      'The {nth} month [is called|has which name|is which one]?',
      '[Tell me|Say|Give me] [the name of |]the {nth} month[ of the year|].',
      'What is the name of the {nth} month[ of the year| in the year|]?',
      '[What|How] [do we|do you] call the {nth} month[ of the year|]?',
      '[Which|What] month comes {nth} in the year?',
      '[Which|What] month [is|comes] in {nth} place[ in the year|]?',
      'In a year, [which|what] month is the {nth}[ one|]?',
      'Of the twelve months, which is the {nth}?',
      '[Which|What] of the months is the {nth} one?',
      '{nth} month of the year:',
      'Month {number} of the year: what is its name?',
      '[Which|What] month is [number|the month with number] {number}[ in the year|]?',
      '[Which|What] month has the number {number}?',
      'Month number {number}[?|, please.|:]',
      'A date has {number} as the month. Which month is [that|it]?',
      'What month [does the number {number} stand for|do we mean by the number {number}]?',
      '[Count|Go through] the months from January. Which is the {nth}?',
      "[I want|I would like|I'd like] to know [the name of the {nth} month|which month is the {nth}].",
      'I [wonder|am asking myself] [which|what] month is the {nth} of the year.',
      'I [forgot|do not remember] which month is the {nth}. [Can you help?|Do you know?|Which is it?]',
      '[Can|Could] you [please |]tell me [which|what] month is the {nth}[ one|]?',
      'Do you know [the name of the {nth} month|which month is the {nth}]?',
      '[For my homework|For my class|For school]: which is the {nth} month of the year?',
      'The year has twelve months. [Which|What] is the {nth}?',
      'My [birthday|holiday] is in the {nth} month. Which month is that?',
      'I am [looking|searching] for the name of the {nth} month of the year.',
    ],
    test: ['I look for month number {number}. What is it called?'],
  },
  weekend: {
    train: [
      'Is {day} [on|part of] the weekend?',
      'Is {day} a weekday or part of the weekend?',
      'Is {day} a weekend day?',
      'Is {day} one of the [weekend days|days of the weekend]?',
      'Is it [the |]weekend on {day}?',
      'Is it the weekend when it is {day}?',
      '{day}: [weekend|is it the weekend|is that the weekend|is it part of the weekend]?',
      '{day} - weekend or weekday?',
      '{day}: weekday or weekend?',
      '[Weekday or weekend|Weekend or weekday]: {day}?',
      '[Tell me|Please tell me|Say] [if|whether] {day} is [part of|on|in] the weekend.',
      '[Can|Could] you tell me [if|whether] {day} is [part of|on|in] the weekend?',
      'Do you know [if|whether] {day} is [part of|on|in] the weekend?',
      "[I want|I would like|I'd like] to know [if|whether] {day} is part of the weekend.",
      'I [wonder|am not sure] [if|whether] {day} [belongs to|is part of|counts as] the weekend.',
      'We [wonder|are asking] if {day} is one of the days that belong to a weekend.',
      'Would you say [that |]{day} is [part of|on|in] the weekend?',
      '[Do we|Do you|Do people] [count|see] {day} as [part of |]the weekend?',
      'Today is {day}. [Is it the weekend[ now|]?|Do we have a weekend?|Is this a weekend day?]',
      'If today is {day}, is it the weekend?',
      'It is {day}[ today|]. Is [that|it|this] [part of |]the weekend?',
      'Think of {day}. Is it part of the weekend or not?',
      'Is the weekend on {day}, or is that a weekday?',
      'Which is {day}: [a weekday or part of the weekend|part of the weekend or a weekday]?',
      'What is {day}, a weekday or part of the weekend?',
      'Are we in the weekend on {day}?',
      'When {day} comes, is it [the |]weekend?',
      'The weekend: is {day} part of it?',
      'My calendar says {day}. Is that the weekend?',
      '[For my homework|For my class|For school]: is {day} part of the weekend?',
      'I [plan|have] a party on {day}. Is that on the weekend?',
    ],
    test: ['Does {day} belong to the weekend?'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

/** @param {number} from @param {number} steps */
const dayAfter = (from, steps) => DAYS[(((from + steps) % 7) + 7) % 7] ?? '';
/** @param {number} from @param {number} steps */
const monthAfter = (from, steps) => MONTHS[(((from + steps) % 12) + 12) % 12] ?? '';

/** @param {Kind} kind @param {number} day @param {number} month @param {number} n */
function answerTo(kind, day, month, n) {
  switch (kind) {
    case 'tomorrow':
      return dayAfter(day, 1);
    case 'yesterday':
      return dayAfter(day, -1);
    case 'afterTomorrow':
      return dayAfter(day, 2);
    case 'inDays':
      return dayAfter(day, n);
    case 'daysAgo':
      return dayAfter(day, -n);
    case 'nextMonth':
      return monthAfter(month, 1);
    case 'lastMonth':
      return monthAfter(month, -1);
    case 'position':
      return MONTHS[month] ?? '';
    case 'length':
      return month === 1
        ? 'February has 28 days, and 29 in a leap year.'
        : `${MONTHS[month]} has ${LENGTHS[month]} days.`;
    default:
      return day > 4 ? `Yes, ${DAYS[day]} is part of the weekend.` : `No, ${DAYS[day]} is a weekday.`;
  }
}

/**
 * Days and months are few and known by heart; steps of three days and more are split.
 *
 * @param {Random} random
 * @param {Split} split
 */
function calendarTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (Object.keys(PHRASES)));
  let [day, n] = [random.below(7), random.between(3, 10)];
  const month = random.below(12);
  while ((kind === 'inDays' || kind === 'daysAgo') && isHeldOut(kind, day, n) !== (split === 'test')) {
    [day, n] = [random.below(7), random.between(3, 10)];
  }
  const answer = answerTo(kind, day, month, n);
  const values = { day: DAYS[day], month: MONTHS[month], n, nth: POSITIONS[month], number: month + 1 };
  const user = say(random, split, PHRASES[kind], values);
  const sentence = kind === 'length' || kind === 'weekend' ? answer : `${answer}.`;
  const brief = kind === 'length' ? String(LENGTHS[month]) : (answer.split(/[ ,]/)[0] ?? answer);
  return {
    user,
    answer: sentence,
    brief,
    check: { kind: /** @type {const} */ ('contains'), any: [brief], maxWords: 12 },
  };
}

export const CALENDAR = singleTurnSkill('calendar', PHRASES, calendarTurn, { casual: true });
