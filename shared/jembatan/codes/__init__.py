"""Code lists of the field: places, occupations, sectors, language levels, money. Data and one module each."""
