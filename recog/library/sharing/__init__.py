"""Pictures for others: photos on which only those can be recognised whom the user wants to show."""
