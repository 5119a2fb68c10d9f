"""The parallelization toolbox: the schemes as the person has set them, a card for each."""
