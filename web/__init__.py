"""HTTP: the door, the case page, the receipt, the portal and the API; they decide nothing."""
