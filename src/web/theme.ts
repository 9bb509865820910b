import { chosenTheme, showTheme } from './chosen-theme.ts';

// Runs before anything is painted, so that a chosen theme does not come after the other one.
showTheme(chosenTheme());
