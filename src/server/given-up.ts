/**
 * Why an answer's work is aborted, whoever aborts it. One for all: an error made for each would keep, by the frames of its
 * stack, the whole request alive, and through the request the signal that holds the error. What is caught in that ring
 * under a FinalizationRegistry, as the signals of a Request are, is never collected.
 */
export const GIVEN_UP = new Error('The answer was given up.');
