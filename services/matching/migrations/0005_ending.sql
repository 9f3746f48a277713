-- The seats of a partnership, whose offers end when it closes
CREATE INDEX seat_partnership ON seat (partnership) WHERE held;
